"""A GTK 3 window with a button to drag from above one to drop on, through ctypes.

Writes to the file named a line for each: "drag" and "drop", before them "at" with the middles of both on the screen.
"""

from __future__ import annotations

import ctypes
import sys

BUTTON1, COPY, DEST_DEFAULT_ALL = 1 << 8, 1 << 1, 7
Pointer = ctypes.c_void_p


class Target(ctypes.Structure):
    _fields_ = (("target", ctypes.c_char_p), ("flags", ctypes.c_uint), ("info", ctypes.c_uint))


def main(path: str) -> None:
    gtk, gobject = ctypes.CDLL("libgtk-3.so.0"), ctypes.CDLL("libgobject-2.0.so.0")
    glib, gdk = ctypes.CDLL("libglib-2.0.so.0"), ctypes.CDLL("libgdk-3.so.0")
    for name in ("gtk_window_new", "gtk_button_new_with_label", "gtk_box_new", "gtk_widget_get_window"):
        getattr(gtk, name).restype = Pointer
    gtk.gtk_init(None, None)
    window, box = Pointer(gtk.gtk_window_new(0)), Pointer(gtk.gtk_box_new(1, 0))
    source, target = (Pointer(gtk.gtk_button_new_with_label(text)) for text in (b"drag me", b"drop here"))
    gtk.gtk_window_set_default_size(window, 400, 400)
    gtk.gtk_container_add(window, box)
    for widget in (source, target):
        gtk.gtk_box_pack_start(box, widget, 1, 1, 0)
    entry = Target(b"text/plain", 0, 0)
    gtk.gtk_drag_source_set(source, BUTTON1, ctypes.byref(entry), 1, COPY)
    gtk.gtk_drag_dest_set(target, DEST_DEFAULT_ALL, ctypes.byref(entry), 1, COPY)
    kept = []

    def say(line: str) -> None:
        with open(path, "a") as file:
            file.write(line + "\n")

    def on(widget: Pointer, signal: bytes, line: str) -> None:
        handler = ctypes.CFUNCTYPE(ctypes.c_int)(lambda: say(line) or 0)
        kept.append(handler)
        gobject.g_signal_connect_data(widget, signal, handler, None, None, 0)

    def places() -> int:
        x, y = ctypes.c_int(), ctypes.c_int()
        gdk.gdk_window_get_origin(Pointer(gtk.gtk_widget_get_window(window)), ctypes.byref(x), ctypes.byref(y))
        if gtk.gtk_window_is_active(window) and gtk.gtk_widget_get_allocated_height(window) > 300:
            say(f"at {x.value + 200} {y.value + 100} {x.value + 200} {y.value + 300}")
            return 0
        return 1

    on(source, b"drag-begin", "drag")
    on(target, b"drag-drop", "drop")
    timer = ctypes.CFUNCTYPE(ctypes.c_int, Pointer)(lambda _: places())
    gtk.gtk_widget_show_all(window)
    glib.g_timeout_add(200, timer, None)
    gtk.gtk_main()


if __name__ == "__main__":
    main(sys.argv[1])
