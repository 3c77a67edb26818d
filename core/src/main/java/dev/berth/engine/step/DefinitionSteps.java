package dev.berth.engine.step;

import dev.berth.definition.DomainDefinition;
import dev.berth.domain.EventTypes;
import java.util.Map;

/** What is persisted and told when what changes a domain changes its definition, too. */
public final class DefinitionSteps {
  private DefinitionSteps() {}

  /** The step, which also replaces the definition. */
  public static Step redefine(Step step, DomainDefinition edited, long revision) {
    return step.definition(edited)
        .event(EventTypes.REDEFINED, Map.of("revision", Long.toString(revision + 1)));
  }
}
