/**
 * JSON for machines: bounded reading and writing of trees, and typed access to their members. Entry
 * type: {@link dev.berth.json.Json}. Uses jackson's streaming parser and its tree nodes but never
 * {@code ObjectMapper}, whose introspection alone would cost a short-lived {@code vmctl} a good
 * part of its time. Must not depend on any other package of Berth.
 */
@NullMarked
package dev.berth.json;

import org.jspecify.annotations.NullMarked;
