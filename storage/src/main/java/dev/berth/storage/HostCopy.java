package dev.berth.storage;

import java.util.UUID;

/**
 * The recovery copy of what the store knows about itself.
 *
 * @param host the host's id
 * @param sequence number of an event that was about to be given when this was written; numbers go
 *     less than half a {@link Meta#SEQUENCE_GAP} beyond it before it is written again
 */
record HostCopy(UUID host, long sequence) {}
