/**
 * Finds QEMU, probes what it can do, turns launch plans into processes and adopts running machines.
 * Depends on core only.
 */
@NullMarked
package dev.berth.launcher;

import org.jspecify.annotations.NullMarked;
