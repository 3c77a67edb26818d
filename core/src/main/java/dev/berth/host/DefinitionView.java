package dev.berth.host;

import dev.berth.api.Api;

/**
 * A domain's current definition.
 *
 * @param revision counts the domain's definitions, from 1; what {@link DefineCondition.Revision}
 *     compares
 * @param json the definition as canonical JSON, every default filled in
 */
@Api(since = "0.1")
public record DefinitionView(long revision, String json) {}
