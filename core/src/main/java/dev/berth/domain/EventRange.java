package dev.berth.domain;

/**
 * The events that a host keeps.
 *
 * @param oldest sequence number of the oldest event kept, 0 when none is
 * @param newest sequence number of the newest event ever told, 0 when none was
 */
public record EventRange(long oldest, long newest) {}
