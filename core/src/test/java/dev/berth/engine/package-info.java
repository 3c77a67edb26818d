/** Tests of the engine, over real sockets and without QEMU. */
@NullMarked
package dev.berth.engine;

import org.jspecify.annotations.NullMarked;
