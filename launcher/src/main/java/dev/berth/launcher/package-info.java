/**
 * Finds QEMU, probes what it can do, turns definitions into launch records and those into
 * processes, and recognises machines that an earlier host process started. Entry type: {@link
 * dev.berth.launcher.QemuLauncher}. Depends on core only; knows neither the engine nor the store.
 */
@NullMarked
package dev.berth.launcher;

import org.jspecify.annotations.NullMarked;
