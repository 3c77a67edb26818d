package dev.berth.testing;

import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceDocument;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Disk;
import dev.berth.definition.DiskAttachment.Bus;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.definition.Share;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventTypes;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.ConflictException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.Problem;
import dev.berth.error.UnsupportedException;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Resources;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.Job.Progress;
import dev.berth.job.JobId;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What becomes of the devices of a {@link MemoryHost}. The caller holds the contents' lock. */
final class MemoryDevices {
  private final MemoryContents contents;
  private final String actor;

  /** What a kind of device is called in jobs and events. */
  private record Words(JobKind job, String attached, String detached, String attribute) {}

  private static Words words(DeviceKind kind) {
    return switch (kind) {
      case DISK ->
          new Words(
              JobKind.DETACH_DISK, EventTypes.DISK_ATTACHED, EventTypes.DISK_DETACHED, "disk");
      case NIC ->
          new Words(JobKind.DETACH_NIC, EventTypes.NIC_ATTACHED, EventTypes.NIC_DETACHED, "nic");
      case SHARE ->
          new Words(
              JobKind.DETACH_SHARE, EventTypes.SHARE_ATTACHED, EventTypes.SHARE_DETACHED, "share");
      case DEVICE ->
          new Words(
              JobKind.DETACH_DEVICE,
              EventTypes.DEVICE_ATTACHED,
              EventTypes.DEVICE_DETACHED,
              "device");
    };
  }

  private static DeviceKind kindOf(Job job) {
    return Arrays.stream(DeviceKind.values())
        .filter(kind -> words(kind).job() == job.target().kind())
        .findFirst()
        .orElseThrow();
  }

  /** Whether the job takes out that device. */
  static boolean isAbout(Job job, DeviceKind kind, String name) {
    return job.target().kind() == words(kind).job() && job.target().subject().equals(name);
  }

  MemoryDevices(MemoryContents contents, String actor) {
    this.contents = contents;
    this.actor = actor;
  }

  VerbResult attach(MemoryDomain domain, Pluggable device, EditScope scope, Resources resources) {
    refuseWhereAJobIs(domain, device.kind(), device.name());
    Optional<DomainDefinition> edited =
        scope == EditScope.LIVE ? Optional.empty() : Optional.of(edited(domain, device));
    if (isAboutMachine(domain, scope)) {
      requireMachine("attach a device to", domain);
      if (domain.devices(device.kind()).containsKey(device.name())) {
        throw taken(device);
      }
      if (device instanceof Disk disk) {
        MemoryNamedImages.check(contents, disk);
      }
      if (device instanceof Disk disk && disk.attachment().bus() == Bus.SATA) {
        throw new UnsupportedException("A SATA bus takes nothing while the machine runs.");
      }
      if (device instanceof Share share) {
        refuseToShare(domain, share);
      }
      MemoryIothreads.check(domain, device);
      MemoryVerbs.check(device.resources(), resources.names());
      domain.devices(device.kind()).put(device.name(), device);
      tell(
          domain,
          words(device.kind()).attached(),
          Map.of(words(device.kind()).attribute(), device.name()));
    }
    edited.ifPresent(definition -> redefine(domain, definition, isAboutMachine(domain, scope)));
    return new VerbResult(VerbResult.Effect.CHANGED, "", domain.snapshot());
  }

  private static DomainDefinition edited(MemoryDomain domain, Pluggable device) {
    if (device.kind().isIn(domain.definition(), device.name())) {
      throw taken(device);
    }
    try {
      DomainDefinition edited = device.addedTo(domain.definition());
      DefinitionReader.check(edited);
      return edited;
    } catch (InvalidDefinitionException invalid) {
      throw DeviceDocument.problems(device, invalid.problems());
    }
  }

  private static void refuseToShare(MemoryDomain domain, Share share) {
    if (!domain.mappable) {
      throw new InvalidStateException("Others cannot map the machine's memory.");
    }
    if (domain.devices(DeviceKind.SHARE).values().stream()
        .anyMatch(other -> ((Share) other).tag().equals(share.tag()))) {
      throw DeviceDocument.problems(share, List.of(Problem.at("tag", "is taken: choose another")));
    }
  }

  private static AlreadyExistsException taken(Pluggable device) {
    return new AlreadyExistsException(
        "There is a device '" + device.name() + "' already. Choose another name.");
  }

  Job detach(
      MemoryDomain domain, DeviceKind kind, String name, EditScope scope, JobOptions options) {
    Optional<Job> same =
        options
            .key()
            .flatMap(
                key ->
                    domain.jobs().values().stream()
                        .filter(job -> job.origin().key().equals(Optional.of(key)))
                        .findFirst());
    if (same.isPresent()) {
      if (!isAbout(same.get(), kind, name)) {
        throw new ConflictException("Another job has that key. Use another.");
      }
      return same.get();
    }
    refuseWhereAJobIs(domain, kind, name);
    boolean live = isAboutMachine(domain, scope);
    if (live) {
      requireMachine("detach a device from", domain);
    }
    boolean plugged = live && domain.devices(kind).containsKey(name);
    boolean defined = scope != EditScope.LIVE && kind.isIn(domain.definition(), name);
    if (!plugged && !defined) {
      throw new NotFoundException("There is no " + kind.text() + " '" + name + "' there.");
    }
    if (plugged && kind == DeviceKind.DISK) {
      refuseToUnplug(domain, name);
    }
    boolean isThread = plugged && MemoryIothreads.isOne(domain, kind, name);
    if (isThread) {
      MemoryIothreads.refuseIfItServes(domain, name);
    }
    if (defined) {
      DefinitionReader.check(kind.removedFrom(domain.definition(), name));
    }
    Job job = begin(domain, kind, name, options);
    domain.scopes.put(job.id(), scope);
    if (!plugged || isThread) {
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

  private Job begin(MemoryDomain domain, DeviceKind kind, String name, JobOptions options) {
    Job job =
        new Job(
            JobId.random(),
            new Job.Target(words(kind).job(), domain.uuid(), domain.definition().name(), name),
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
      leaving(domain).forEach(job -> removed(domain, job));
      new MemorySizing(contents, actor).guestGoesOnOrEnds(domain);
    }
  }

  /** There is no machine any more. */
  void machineEnded(MemoryDomain domain) {
    leaving(domain).forEach(job -> removed(domain, job));
    new MemorySizing(contents, actor).guestGoesOnOrEnds(domain);
    new MemoryExports(contents, actor).machineEnded(domain);
  }

  private static List<Job> leaving(MemoryDomain domain) {
    return running(domain).stream()
        .filter(
            job ->
                Arrays.stream(DeviceKind.values())
                    .anyMatch(kind -> words(kind).job() == job.target().kind()))
        .toList();
  }

  static List<Job> running(MemoryDomain domain) {
    return domain.jobs().values().stream().filter(job -> !job.status().state().isEnded()).toList();
  }

  private void removed(MemoryDomain domain, Job job) {
    DeviceKind kind = kindOf(job);
    String name = job.target().subject();
    boolean wasPlugged = domain.scopes.get(job.id()) != EditScope.CONFIG && domain.hasMachine();
    if (wasPlugged && domain.devices(kind).remove(name) != null) {
      domain.endPort(name);
      tell(domain, words(kind).detached(), Map.of(words(kind).attribute(), name));
    }
    EditScope scope = domain.scopes.getOrDefault(job.id(), EditScope.LIVE);
    if (scope != EditScope.LIVE && kind.isIn(domain.definition(), name)) {
      redefine(domain, kind.removedFrom(domain.definition(), name), wasPlugged);
    }
    end(domain, job, JobState.SUCCEEDED, "removed");
  }

  Job cancel(MemoryDomain domain, Job job) {
    return job.status().state().isEnded() ? job : end(domain, job, JobState.CANCELLED, "cancelled");
  }

  /** Ends a job that goes on. */
  Job end(MemoryDomain domain, Job job, JobState state, String phase) {
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

  static void refuseWhereAJobIs(MemoryDomain domain, DeviceKind kind, String name) {
    running(domain).stream()
        .filter(job -> isAbout(job, kind, name))
        .findFirst()
        .ifPresent(
            job -> {
              throw new BusyException(
                  "Job " + job.id() + " about '" + name + "' is under way. Wait for it.",
                  job.id().text());
            });
  }
}
