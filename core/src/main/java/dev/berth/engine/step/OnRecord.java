package dev.berth.engine.step;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainState;
import dev.berth.domain.DomainStatus;
import dev.berth.domain.HandTouch;
import dev.berth.domain.StateReason;
import dev.berth.error.BerthException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.store.DomainRecord;
import dev.berth.store.PolicyState;
import dev.berth.store.StoredJob;
import dev.berth.store.StoredLaunch;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * One domain's rows, understood as far as they can be. What cannot be read stays as it is stored,
 * and keeps no other domain from being opened.
 *
 * @param row the domain's own row
 * @param definition what its document says
 * @param definitionProblem why the document cannot be read
 * @param launch the launch on record
 * @param unreadable present when there is one that cannot be read
 * @param touched how the machine of that launch was touched by hand, if it was
 * @param policyState how far the host is with its policies
 * @param jobs its jobs
 */
public record OnRecord(
    DomainRecord row,
    Optional<DomainDefinition> definition,
    Optional<String> definitionProblem,
    Optional<LaunchRecord> launch,
    Optional<UnreadableLaunch> unreadable,
    Optional<HandTouch> touched,
    PolicyState policyState,
    List<KeptJob> jobs) {

  /**
   * A launch whose record cannot be read.
   *
   * @param why what is wrong with it
   */
  public record UnreadableLaunch(String incarnation, String why) {}

  /** A domain that has just been defined. */
  public static OnRecord created(
      DomainRecord row, DomainDefinition definition, PolicyState policyState) {
    return arriving(row, definition, policyState, List.of());
  }

  /** A domain whose machine is to come, with the job that has it come. */
  public static OnRecord arriving(
      DomainRecord row, DomainDefinition definition, PolicyState policyState, List<KeptJob> jobs) {
    return new OnRecord(
        row,
        Optional.of(definition),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        policyState,
        jobs);
  }

  /** A domain as it was found in the store. */
  public static OnRecord read(
      DomainRecord row,
      Optional<StoredLaunch> stored,
      Optional<PolicyState> policyState,
      List<StoredJob> jobs) {
    Optional<DomainDefinition> definition = Optional.empty();
    Optional<String> definitionProblem = Optional.empty();
    try {
      definition =
          Optional.of(
              DefinitionReader.read(
                  new DefinitionDocument(row.document(), row.name().text(), Path.of("/"))));
    } catch (InvalidDefinitionException problem) {
      definitionProblem = Optional.of(problem.getMessage());
    }
    Optional<LaunchRecord> launch = Optional.empty();
    Optional<UnreadableLaunch> unreadable = Optional.empty();
    try {
      launch = stored.map(StoredLaunch::document).map(new LaunchRecordCodec()::read);
    } catch (BerthException problem) {
      unreadable =
          stored.map(
              it -> new UnreadableLaunch(it.incarnation(), String.valueOf(problem.getMessage())));
    }
    return new OnRecord(
        row,
        definition,
        definitionProblem,
        launch,
        unreadable,
        stored.map(StoredLaunch::document).flatMap(TouchOnRecord::find),
        policyState.orElseGet(() -> PolicyState.none(row.uuid())),
        jobs.stream().flatMap(job -> KeptJob.read(job).stream()).toList());
  }

  /** What is shown until it is known how its machine is, when there may be one. */
  public Optional<DomainStatus> shown(Instant now) {
    if (unreadable.isPresent()) {
      Optional<String> why = unreadable.map(UnreadableLaunch::why);
      return Optional.of(new DomainStatus(DomainState.NOSTATE, StateReason.UNADOPTABLE, why, now));
    }
    return launch.map(
        known ->
            new DomainStatus(
                DomainState.ADOPTING,
                StateReason.RESTARTED,
                Optional.of("the host process was restarted"),
                now));
  }
}
