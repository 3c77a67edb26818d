package dev.berth.qmp;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Instant;

/**
 * One event as QEMU sent it. Typed views are made from it by the records of {@code dev.berth.qapi}.
 *
 * @param name the QAPI name, e.g. {@code SHUTDOWN}
 * @param data the event's members, an empty object for none
 * @param timestamp QEMU's own clock at the event; the epoch when QEMU could not tell
 */
public record QmpEvent(String name, JsonNode data, Instant timestamp) {}
