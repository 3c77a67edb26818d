package dev.berth.testing;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How much the domains of a {@link MemoryHost} have. A machine has more at once, and fewer when its
 * guest runs. The caller holds the contents' lock.
 */
final class MemorySizing {
  private final MemoryContents contents;
  private final String actor;

  MemorySizing(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  Job cpus(MemoryDomain domain, int cpus, EditScope scope, JobOptions options) {
    if (cpus < 1 || cpus > 512) {
      throw new InvalidRequestException("cpus: must be from 1 to 512, is " + cpus + ".");
    }
    String subject = Integer.toString(cpus);
    Optional<Job> same =
        domain.jobs().values().stream()
            .filter(job -> options.key().isPresent() && job.origin().key().equals(options.key()))
            .findFirst();
    if (same.isPresent()) {
      if (!same.get().target().subject().equals(subject)) {
        throw new ConflictException("Another job has that key. Use another.");
      }
      return same.get();
    }
    for (Job job : running(domain)) {
      throw new BusyException("Job " + job.id() + " is under way. Wait for it.");
    }
    boolean live = scope == EditScope.LIVE || scope == EditScope.BOTH && domain.hasMachine();
    if (live) {
      requireRoom(domain, cpus);
    }
    if (scope != EditScope.LIVE) {
      DefinitionReader.check(domain.definition().withCpus(cpus));
    }
    Job job = begin(domain, subject, options);
    domain.scopes.put(job.id(), scope);
    if (!live || cpus >= domain.cpus || domain.state() == DomainState.RUNNING) {
      done(domain, job);
    }
    return domain.jobs().getOrDefault(job.id(), job);
  }

  private static void requireRoom(MemoryDomain domain, int cpus) {
    if (domain.state() != DomainState.RUNNING && domain.state() != DomainState.PAUSED) {
      throw MemoryVerbs.illegal("set the CPUs of", domain, DomainState.RUNNING, DomainState.PAUSED);
    }
    if (cpus > domain.roomForCpus.orElse(0)) {
      throw new InvalidStateException(
          "Its machine has no room for so many CPUs. Set 'max-cpus' in its definition, which takes"
              + " effect at the next boot.");
    }
  }

  private Job begin(MemoryDomain domain, String subject, JobOptions options) {
    Job job =
        new Job(
            JobId.random(),
            new Job.Target(JobKind.SET_CPUS, domain.uuid(), domain.definition().name(), subject),
            new Job.Origin(actor, options.key(), contents.clock().instant()),
            new Job.Status(
                JobState.RUNNING,
                "waiting-for-guest",
                Optional.of(Progress.of(0, 1)),
                "",
                Optional.empty()));
    domain.jobs().put(job.id(), job);
    tell(
        domain,
        EventTypes.JOB_STARTED,
        Map.of("job", job.id().text(), "kind", job.target().kind().text(), "subject", subject));
    return job;
  }

  /** A guest that runs lets go of what it was asked for; one that ends needs none of it. */
  void guestGoesOnOrEnds(MemoryDomain domain) {
    running(domain).forEach(job -> done(domain, job));
  }

  private static List<Job> running(MemoryDomain domain) {
    return MemoryDevices.running(domain).stream()
        .filter(job -> job.target().kind() == JobKind.SET_CPUS)
        .toList();
  }

  private void done(MemoryDomain domain, Job job) {
    int cpus = Integer.parseInt(job.target().subject());
    EditScope scope = domain.scopes.getOrDefault(job.id(), EditScope.LIVE);
    boolean live = scope != EditScope.CONFIG && domain.hasMachine();
    if (live) {
      domain.cpus = cpus;
    }
    DomainDefinition edited = domain.definition().withCpus(cpus);
    if (scope != EditScope.LIVE && !edited.equals(domain.definition())) {
      if (live) {
        domain.redefineWithMachine(edited);
      } else {
        domain.redefine(edited);
      }
      tell(domain, EventTypes.REDEFINED, Map.of("revision", Long.toString(domain.revision())));
    }
    Job ended =
        job.with(
            new Job.Status(
                JobState.SUCCEEDED,
                "done",
                Optional.of(Progress.of(1, 1)),
                "",
                Optional.of(contents.clock().instant())));
    domain.jobs().put(job.id(), ended);
    tell(
        domain,
        EventTypes.JOB_ENDED,
        Map.of(
            "job", job.id().text(),
            "kind", job.target().kind().text(),
            "subject", job.target().subject(),
            "state", JobState.SUCCEEDED.text(),
            "phase", "done",
            "detail", ""));
  }

  private void tell(MemoryDomain domain, String type, Map<String, String> attributes) {
    contents.events().add(domain, type, actor, attributes);
    contents.notifyAll();
  }
}
