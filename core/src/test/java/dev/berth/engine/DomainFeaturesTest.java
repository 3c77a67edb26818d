package dev.berth.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.berth.domain.DomainName;
import dev.berth.engine.step.KeptJob;
import dev.berth.engine.step.OnRecord;
import dev.berth.engine.thread.Mailbox;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.store.DomainRecord;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That all kinds of a domain's jobs have their places. */
final class DomainFeaturesTest extends EngineFixture {
  private static final List<JobKind> KINDS =
      Stream.of(JobKind.values()).filter(DomainFeaturesTest::isOfDomain).toList();

  @Test
  void whoeverDoesAJobMeetsTheMomentsThatAllJobsMeet() {
    host.define("web");
    DomainFeatures features = features();

    List<JobWork> doing =
        KINDS.stream()
            .flatMap(kind -> Stream.of(job(kind, Map.of()), job(kind, Map.of("way", "offline"))))
            .map(features::work)
            .distinct()
            .toList();

    assertThat(features.works().all()).containsExactlyInAnyOrderElementsOf(doing);
  }

  private DomainFeatures features() {
    HostServices services = host.engine().host();
    DomainRecord row = memory.contents().domains().get(0);
    OnRecord found = OnRecord.read(row, Optional.empty(), Optional.empty(), List.of());
    return new DomainFeatures(
        services, new Mailbox("web", Runnable::run), new Ledger(services, found));
  }

  private static boolean isOfDomain(JobKind kind) {
    return switch (kind) {
      case DETACH_DISK,
          DETACH_NIC,
          DETACH_SHARE,
          DETACH_DEVICE,
          DUMP_MEMORY,
          SET_CPUS,
          SET_MEMORY,
          SET_BALLOON,
          BACKUP,
          PULL_BACKUP,
          RESTORE_BACKUP,
          SAVE,
          MIGRATION,
          INCOMING_MIGRATION ->
          true;
      case CREATE_IMAGE,
          IMPORT_IMAGE,
          CLONE_IMAGE,
          RESIZE_IMAGE,
          CHECK_IMAGE,
          DELETE_IMAGE,
          VERIFY_BACKUP,
          DELETE_BACKUP,
          UNKNOWN ->
          false;
    };
  }

  private static KeptJob job(JobKind kind, Map<String, String> facts) {
    return new KeptJob(
        new Job(
            JobId.random(),
            new Job.Target(kind, new UUID(0, 1), new DomainName("web"), "subject"),
            new Job.Origin("api", Optional.empty(), Instant.EPOCH),
            Detachments.begun()),
        facts);
  }
}
