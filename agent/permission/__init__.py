"""What may be done: policy, risk, and the person's word."""
