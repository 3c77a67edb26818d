package dev.berth.domain;

import dev.berth.api.Api;
import java.time.Instant;

/**
 * Somebody has sent a machine's QEMU a command by hand that may have changed it, so that it may
 * differ from what its domain's definition says. Immutable.
 *
 * @param command the last such command, by its QAPI name
 * @param actor who sent it
 * @param at when
 */
@Api(since = "0.1")
public record HandTouch(String command, String actor, Instant at) {}
