package dev.berth.domain;

import dev.berth.api.Api;

/**
 * The events that a host keeps.
 *
 * @param oldest sequence number of the oldest event kept, 0 when none is
 * @param newest sequence number of the newest event ever told, 0 when none was
 */
@Api(since = "0.1")
public record EventRange(long oldest, long newest) {}
