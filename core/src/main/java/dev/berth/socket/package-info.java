/**
 * Sockets, and bytes on their way through them, without anybody who waits for good. Must not depend
 * on anything of Berth.
 */
@NullMarked
package dev.berth.socket;

import org.jspecify.annotations.NullMarked;
