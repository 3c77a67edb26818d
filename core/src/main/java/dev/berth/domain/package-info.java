/**
 * What a domain is to those who look at it from outside: name, state and reason, snapshot, events.
 * Plain immutable values; depends on nothing but {@code dev.berth.error}.
 */
@NullMarked
package dev.berth.domain;

import org.jspecify.annotations.NullMarked;
