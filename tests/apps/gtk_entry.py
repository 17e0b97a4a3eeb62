"""A GTK 3 window with one entry, through ctypes; writes what the entry holds to the file named, at each change.

Where a largest number is named as well, it is an entry of numbers, which are turned up and down.
"""

from __future__ import annotations

import ctypes
import os
import sys


def main(path: str, text: str, largest: str = "") -> None:
    gtk = ctypes.CDLL("libgtk-3.so.0")
    gobject = ctypes.CDLL("libgobject-2.0.so.0")
    gtk.gtk_spin_button_new_with_range.argtypes = [ctypes.c_double] * 3
    gtk.gtk_spin_button_new_with_range.restype = ctypes.c_void_p
    for name in ("gtk_window_new", "gtk_entry_new", "gtk_entry_get_text"):
        getattr(gtk, name).restype = ctypes.c_void_p
    gtk.gtk_init(None, None)
    window = ctypes.c_void_p(gtk.gtk_window_new(0))
    made = gtk.gtk_spin_button_new_with_range(0, float(largest), 1) if largest else gtk.gtk_entry_new()
    entry = ctypes.c_void_p(made)
    gtk.gtk_window_set_default_size(window, 500, 80)
    if largest:
        gtk.gtk_spin_button_set_value(entry, ctypes.c_double(float(text)))
    else:
        gtk.gtk_entry_set_text(entry, text.encode())
    gtk.gtk_container_add(window, entry)

    def write(*_: object) -> None:
        with open(path + "~", "wb") as file:
            file.write(ctypes.string_at(gtk.gtk_entry_get_text(entry)))
        os.rename(path + "~", path)

    changed = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_void_p)(write)
    focused = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)(lambda *_: write() or 0)
    gobject.g_signal_connect_data(entry, b"changed", changed, None, None, 0)
    gobject.g_signal_connect_data(entry, b"focus-in-event", focused, None, None, 0)
    gtk.gtk_widget_show_all(window)
    gtk.gtk_main()


if __name__ == "__main__":
    main(*sys.argv[1:])
