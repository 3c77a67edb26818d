package dev.berth.testing;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceDocument;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.domain.ResourceNames;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.DiskSummary;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What becomes of the disks of a {@link MemoryHost}. The caller holds the contents' lock. */
final class MemoryDevices {
  private final MemoryContents contents;
  private final String actor;

  MemoryDevices(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  VerbResult attach(MemoryDomain domain, Disk disk, EditScope scope, Resources resources) {
    refuseWhereAJobIs(domain, disk.name());
    Optional<DomainDefinition> edited =
        scope == EditScope.LIVE ? Optional.empty() : Optional.of(edited(domain, disk));
    if (isAboutMachine(domain, scope)) {
      requireMachine("attach a disk to", domain);
      if (domain.disks().containsKey(disk.name())) {
        throw taken(disk);
      }
      if (disk.attachment().bus() == Bus.SATA) {
        throw new UnsupportedException("A SATA bus takes nothing while the machine runs.");
      }
      MemoryVerbs.check(named(disk), resources.names());
      domain.disks().put(disk.name(), disk);
      tell(domain, EventTypes.DISK_ATTACHED, Map.of("disk", disk.name()));
    }
    edited.ifPresent(definition -> redefine(domain, definition, isAboutMachine(domain, scope)));
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  private static ResourceNames named(Disk disk) {
    return new ResourceNames(
        disk.descriptor().map(Set::of).orElse(Set.of()),
        disk.secret().map(Set::of).orElse(Set.of()));
  }

  private static DomainDefinition edited(MemoryDomain domain, Disk disk) {
    if (domain.definition().disk(disk.name()).isPresent()) {
      throw taken(disk);
    }
    try {
      DomainDefinition edited = domain.definition().with(disk);
      DefinitionReader.check(edited);
      return edited;
    } catch (InvalidDefinitionException invalid) {
      throw DeviceDocument.problems(disk, invalid.problems());
    }
  }

  private static AlreadyExistsException taken(Disk disk) {
    return new AlreadyExistsException(
        "There is a disk '" + disk.name() + "' already. Choose another name.");
  }

  static List<DiskSummary> list(MemoryDomain domain) {
    List<DiskSummary> disks = new ArrayList<>();
    if (domain.hasMachine()) {
      for (Disk disk : domain.disks().values()) {
        boolean defined = domain.definition().disk(disk.name()).isPresent();
        Optional<JobId> leaving =
            running(domain).stream()
                .filter(job -> job.target().subject().equals(disk.name()))
                .map(Job::id)
                .findFirst();
        EditScope scope = defined ? EditScope.BOTH : EditScope.LIVE;
        disks.add(summary(disk, scope, Optional.of("memory"), leaving));
      }
    }
    for (Disk disk : domain.definition().disks()) {
      if (disks.stream().noneMatch(known -> known.name().equals(disk.name()))) {
        disks.add(summary(disk, EditScope.CONFIG, Optional.empty(), Optional.empty()));
      }
    }
    return disks;
  }

  private static DiskSummary summary(
      Disk disk, EditScope scope, Optional<String> place, Optional<JobId> leaving) {
    return new DiskSummary(
        disk.name(),
        disk.device().name().toLowerCase(Locale.ROOT),
        disk.file().map(Path::toString).or(() -> disk.descriptor().map(fd -> "fd:" + fd)),
        scope,
        place,
        leaving);
  }

  Job detach(MemoryDomain domain, String name, EditScope scope, JobOptions options) {
    Optional<Job> same =
        options
            .key()
            .flatMap(
                key ->
                    domain.jobs().values().stream()
                        .filter(job -> job.origin().key().equals(Optional.of(key)))
                        .findFirst());
    if (same.isPresent()) {
      if (!same.get().target().subject().equals(name)) {
        throw new ConflictException("Another job has that key. Use another.");
      }
      return same.get();
    }
    refuseWhereAJobIs(domain, name);
    boolean live = isAboutMachine(domain, scope);
    if (live) {
      requireMachine("detach a disk from", domain);
    }
    boolean plugged = live && domain.disks().containsKey(name);
    boolean defined = scope != EditScope.LIVE && domain.definition().disk(name).isPresent();
    if (!plugged && !defined) {
      throw new NotFoundException("There is no disk '" + name + "' there.");
    }
    if (plugged) {
      refuseToUnplug(domain, name);
    }
    Job job = begin(domain, name, options);
    domain.scopes.put(job.id(), scope);
    if (!plugged) {
      removed(domain, job);
    } else {
      guestGoesOn(domain);
    }
    return domain.jobs().getOrDefault(job.id(), job);
  }

  private static void refuseToUnplug(MemoryDomain domain, String name) {
    Optional<Disk> disk = domain.definition().disk(name);
    if (disk.filter(it -> it.attachment().bus() == Bus.SATA).isPresent()) {
      throw new UnsupportedException("A SATA bus lets nothing go while the machine runs.");
    }
    if (domain.bootDisk().equals(Optional.of(name))) {
      throw new InvalidStateException(
          "The machine boots from disk '" + name + "'. Shut the domain down first.");
    }
  }

  private Job begin(MemoryDomain domain, String name, JobOptions options) {
    Job job =
        new Job(
            JobId.random(),
            new Job.Target(JobKind.DETACH_DISK, domain.uuid(), domain.definition().name(), name),
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
        Map.of("job", job.id().text(), "kind", job.target().kind().text(), "subject", name));
    return job;
  }

  /** A guest that runs and is not deaf lets go of what it was asked for. */
  void guestGoesOn(MemoryDomain domain) {
    if (domain.state() == DomainState.RUNNING && !domain.deaf) {
      running(domain).forEach(job -> removed(domain, job));
    }
  }

  /** There is no machine any more. */
  void machineEnded(MemoryDomain domain) {
    running(domain).forEach(job -> removed(domain, job));
  }

  private static List<Job> running(MemoryDomain domain) {
    return domain.jobs().values().stream().filter(job -> !job.status().state().isEnded()).toList();
  }

  private void removed(MemoryDomain domain, Job job) {
    String name = job.target().subject();
    boolean wasPlugged = domain.scopes.get(job.id()) != EditScope.CONFIG && domain.hasMachine();
    if (wasPlugged && domain.disks().remove(name) != null) {
      tell(domain, EventTypes.DISK_DETACHED, Map.of("disk", name));
    }
    EditScope scope = domain.scopes.getOrDefault(job.id(), EditScope.LIVE);
    if (scope != EditScope.LIVE && domain.definition().disk(name).isPresent()) {
      redefine(domain, domain.definition().withoutDisk(name), wasPlugged);
    }
    end(domain, job, JobState.SUCCEEDED, "removed");
  }

  Job cancel(MemoryDomain domain, Job job) {
    return job.status().state().isEnded() ? job : end(domain, job, JobState.CANCELLED, "cancelled");
  }

  private Job end(MemoryDomain domain, Job job, JobState state, String phase) {
    long done = state == JobState.SUCCEEDED ? 1 : 0;
    Job ended =
        job.with(
            new Job.Status(
                state,
                phase,
                Optional.of(Progress.of(done, 1)),
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
            "state", state.text(),
            "phase", phase,
            "detail", ""));
    return ended;
  }

  private void redefine(MemoryDomain domain, DomainDefinition definition, boolean withMachine) {
    if (withMachine) {
      domain.redefineWithMachine(definition);
    } else {
      domain.redefine(definition);
    }
    tell(domain, EventTypes.REDEFINED, Map.of("revision", Long.toString(domain.revision())));
  }

  private void tell(MemoryDomain domain, String type, Map<String, String> attributes) {
    contents.events().add(domain, type, actor, attributes);
    contents.notifyAll();
  }

  private static boolean isAboutMachine(MemoryDomain domain, EditScope scope) {
    return scope == EditScope.LIVE || scope == EditScope.BOTH && domain.hasMachine();
  }

  private static void requireMachine(String verb, MemoryDomain domain) {
    if (domain.state() != DomainState.RUNNING && domain.state() != DomainState.PAUSED) {
      throw MemoryVerbs.illegal(verb, domain, DomainState.RUNNING, DomainState.PAUSED);
    }
  }

  private static void refuseWhereAJobIs(MemoryDomain domain, String disk) {
    running(domain).stream()
        .filter(job -> job.target().subject().equals(disk))
        .findFirst()
        .ifPresent(
            job -> {
              throw new BusyException(
                  "Job " + job.id() + " about disk '" + disk + "' is under way. Wait for it.");
            });
  }
}
