/** What QEMU says and is asked, and what it means. */
@NullMarked
package dev.berth.engine.qemu;

import org.jspecify.annotations.NullMarked;
