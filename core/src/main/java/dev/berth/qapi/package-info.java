/**
 * Typed QMP commands, replies and events, as far as Berth uses them: names, members and types are
 * those of QEMU's QAPI schema. A command is a record named after it; what may be left out is
 * {@code @Nullable} in a command and {@code Optional} in a reply. Enumerations are open records of
 * a word. Entry types: the commands themselves, and {@link dev.berth.qapi.QapiEvent} for events.
 * Must depend only on {@code dev.berth.qmp}, {@code dev.berth.json} and {@code dev.berth.error}.
 */
@NullMarked
package dev.berth.qapi;

import org.jspecify.annotations.NullMarked;
