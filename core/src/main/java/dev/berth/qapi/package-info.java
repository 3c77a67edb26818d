/**
 * Typed QMP commands, replies and events, as far as Berth uses them: names, members and types are
 * those of QEMU's QAPI schema. Depends only on {@code dev.berth.qmp} and {@code dev.berth.json}.
 */
@NullMarked
package dev.berth.qapi;

import org.jspecify.annotations.NullMarked;
