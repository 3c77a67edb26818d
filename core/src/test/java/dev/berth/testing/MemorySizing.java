package dev.berth.testing;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
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
import java.util.Set;

/**
 * How much the domains of a {@link MemoryHost} have. A machine has more at once, and fewer when its
 * guest runs. The caller holds the contents' lock.
 */
final class MemorySizing {
  private static final Set<JobKind> KINDS =
      Set.of(JobKind.SET_CPUS, JobKind.SET_MEMORY, JobKind.SET_BALLOON);

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
    Wanted wanted = new Wanted(JobKind.SET_CPUS, Integer.toString(cpus));
    return same(domain, wanted, options)
        .orElseGet(
            () -> {
              boolean live = isLive("set the CPUs of", domain, wanted, scope);
              if (live && cpus > domain.roomForCpus.orElse(0)) {
                throw noRoom("max-cpus");
              }
              boolean atOnce = cpus >= domain.cpus;
              return begin(domain, wanted, scope, options, live && !atOnce);
            });
  }

  Job memory(MemoryDomain domain, ByteSize size, EditScope scope, JobOptions options) {
    requireMebibytes(size);
    Wanted wanted = new Wanted(JobKind.SET_MEMORY, size.toString());
    return same(domain, wanted, options)
        .orElseGet(
            () -> {
              boolean live = isLive("set the memory of", domain, wanted, scope);
              if (live && (size.compareTo(domain.most) > 0 || size.compareTo(domain.least) < 0)) {
                throw noRoom("max-memory");
              }
              long more = size.bytes() - domain.memory.bytes();
              if (live && domain.dimms && more % (128 << 20) != 0) {
                throw new InvalidRequestException("It grows in steps of 128MiB.");
              }
              boolean atOnce = live && domain.dimms && more >= 0;
              return begin(domain, wanted, scope, options, live && !atOnce);
            });
  }

  Job balloon(MemoryDomain domain, ByteSize size, JobOptions options) {
    requireMebibytes(size);
    Wanted wanted = new Wanted(JobKind.SET_BALLOON, size.toString());
    return same(domain, wanted, options)
        .orElseGet(
            () -> {
              isLive("set the balloon of", domain, wanted, EditScope.LIVE);
              if (!domain.devices(DeviceKind.DEVICE).containsKey("balloon")
                  || size.compareTo(domain.least) > 0) {
                throw new InvalidStateException("No balloon of its machine leaves it so much.");
              }
              return begin(domain, wanted, EditScope.LIVE, options, true);
            });
  }

  private static void requireMebibytes(ByteSize size) {
    if (size.bytes() == 0 || size.bytes() % (1 << 20) != 0) {
      throw new InvalidRequestException("memory: must be a multiple of 1MiB and not 0.");
    }
  }

  private static InvalidStateException noRoom(String key) {
    return new InvalidStateException(
        "Its machine has no room for that. Set '"
            + key
            + "' in its definition, which takes effect at the next boot.");
  }

  /** What a domain is to have. */
  private record Wanted(JobKind kind, String subject) {

    static Wanted of(Job job) {
      return new Wanted(job.target().kind(), job.target().subject());
    }

    DomainDefinition edited(DomainDefinition definition) {
      return switch (kind) {
        case SET_CPUS -> definition.withCpus(Integer.parseInt(subject));
        case SET_MEMORY -> definition.withMemory(ByteSize.parse(subject).orElseThrow());
        default -> definition;
      };
    }
  }

  private static Optional<Job> same(MemoryDomain domain, Wanted wanted, JobOptions options) {
    Optional<Job> same =
        domain.jobs().values().stream()
            .filter(job -> options.key().isPresent() && job.origin().key().equals(options.key()))
            .findFirst();
    if (same.isPresent() && !Wanted.of(same.get()).equals(wanted)) {
      throw new ConflictException("Another job has that key. Use another.");
    }
    return same;
  }

  private static boolean isLive(String verb, MemoryDomain domain, Wanted wanted, EditScope scope) {
    for (Job job : running(domain)) {
      if (job.target().kind() == wanted.kind()) {
        throw new BusyException("Job " + job.id() + " is under way. Wait for it.", job.id().text());
      }
    }
    boolean live = scope == EditScope.LIVE || scope == EditScope.BOTH && domain.hasMachine();
    if (live && domain.state() != DomainState.RUNNING && domain.state() != DomainState.PAUSED) {
      throw MemoryVerbs.illegal(verb, domain, DomainState.RUNNING, DomainState.PAUSED);
    }
    return live;
  }

  private Job begin(
      MemoryDomain domain, Wanted wanted, EditScope scope, JobOptions options, boolean needsGuest) {
    if (scope != EditScope.LIVE) {
      DefinitionReader.check(wanted.edited(domain.definition()));
    }
    Job job =
        new Job(
            JobId.random(),
            new Job.Target(
                wanted.kind(), domain.uuid(), domain.definition().name(), wanted.subject()),
            new Job.Origin(actor, options.key(), contents.clock().instant()),
            new Job.Status(
                JobState.RUNNING,
                "waiting-for-guest",
                Optional.of(Progress.of(0, 1)),
                "",
                Optional.empty()));
    domain.jobs().put(job.id(), job);
    domain.scopes.put(job.id(), scope);
    tell(
        domain,
        EventTypes.JOB_STARTED,
        Map.of(
            "job", job.id().text(),
            "kind", job.target().kind().text(),
            "subject", job.target().subject()));
    if (!needsGuest || domain.state() == DomainState.RUNNING) {
      done(domain, job);
    }
    return domain.jobs().getOrDefault(job.id(), job);
  }

  /** A guest that runs does what it was asked for; one that ends needs none of it. */
  void guestGoesOnOrEnds(MemoryDomain domain) {
    running(domain).forEach(job -> done(domain, job));
  }

  private static List<Job> running(MemoryDomain domain) {
    return MemoryDevices.running(domain).stream()
        .filter(job -> KINDS.contains(job.target().kind()))
        .toList();
  }

  private void done(MemoryDomain domain, Job job) {
    EditScope scope = domain.scopes.getOrDefault(job.id(), EditScope.LIVE);
    boolean live = scope != EditScope.CONFIG && domain.hasMachine();
    if (live && job.target().kind() == JobKind.SET_CPUS) {
      domain.cpus = Integer.parseInt(job.target().subject());
    }
    if (live && job.target().kind() == JobKind.SET_MEMORY) {
      domain.memory = ByteSize.parse(job.target().subject()).orElseThrow();
    }
    DomainDefinition edited = Wanted.of(job).edited(domain.definition());
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
