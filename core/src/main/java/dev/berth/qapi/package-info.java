/**
 * QEMU's protocol, typed: commands, replies, events and types of all versions that the facts tell
 * of. The packages below this one, one for each part of the schema, are generated from {@code
 * core/src/main/qapi}; this one has what they share. What a version lacks or leaves out is {@code
 * Optional}; enumerations are open records of a word; unions are sealed, with an unknown variant.
 * Entry types: the commands themselves, and {@link dev.berth.qapi.QapiEvent} for events. Must
 * depend only on {@code dev.berth.qmp} and {@code dev.berth.json}.
 */
@NullMarked
package dev.berth.qapi;

import org.jspecify.annotations.NullMarked;
