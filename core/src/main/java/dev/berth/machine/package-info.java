/**
 * One live incarnation of a domain: the launch record it was started with, its QEMU process and its
 * QMP connection, and the port through which the engine has machines launched and adopted.
 */
@NullMarked
package dev.berth.machine;

import org.jspecify.annotations.NullMarked;
