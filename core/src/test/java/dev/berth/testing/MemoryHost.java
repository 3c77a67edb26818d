package dev.berth.testing;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceDocument;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.DomainDefinition;
import dev.berth.definition.Pluggable;
import dev.berth.domain.ActorName;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.DurationText;
import dev.berth.domain.EventRange;
import dev.berth.domain.EventTypes;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.error.BusyException;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.AgentRequest;
import dev.berth.host.Backups;
import dev.berth.host.CallOptions;
import dev.berth.host.Console;
import dev.berth.host.ConsoleAccess;
import dev.berth.host.DefineCondition;
import dev.berth.host.DefineResult;
import dev.berth.host.DefinitionView;
import dev.berth.host.DeviceSummary;
import dev.berth.host.DiskSummary;
import dev.berth.host.DomainRef;
import dev.berth.host.EditScope;
import dev.berth.host.Ejection;
import dev.berth.host.EventListener;
import dev.berth.host.EventStream;
import dev.berth.host.EventSubscription;
import dev.berth.host.GuestShutdown;
import dev.berth.host.HostInfo;
import dev.berth.host.Images;
import dev.berth.host.JobOptions;
import dev.berth.host.Keystrokes;
import dev.berth.host.LogKind;
import dev.berth.host.MemoryDump;
import dev.berth.host.Migrations;
import dev.berth.host.NicSummary;
import dev.berth.host.QmpEvents;
import dev.berth.host.QmpRequest;
import dev.berth.host.Resources;
import dev.berth.host.Saves;
import dev.berth.host.ShareSummary;
import dev.berth.host.Shrinking;
import dev.berth.host.ShutdownPolicy;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import dev.berth.host.VmHost;
import dev.berth.host.VncPassword;
import dev.berth.job.Job;
import dev.berth.job.JobId;
import dev.berth.qmp.Deadline;
import dev.berth.stats.DomainStats;
import dev.berth.stats.MachineStats;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * A host without QEMU or disk, for tests of what is built on {@link VmHost}: same definitions, same
 * states, same errors. Guests do what they are told at once, but for {@linkplain #deafen deaf}
 * ones. Thread-safe.
 */
public final class MemoryHost implements VmHost {
  private static final int LONGEST_LOG = 16 << 20;

  /** Whether closing this one closes the host. */
  private enum Role {
    OWNER,
    VIEW
  }

  private final MemoryContents contents;
  private final String actor;
  private final Role role;
  private final MemoryVerbs verbs;

  private MemoryHost(MemoryContents contents, String actor, Role role) {
    this.contents = contents;
    this.actor = actor;
    this.role = role;
    this.verbs = new MemoryVerbs(contents, actor);
  }

  /** A host without domains. */
  public static MemoryHost create() {
    return new MemoryHost(new MemoryContents(Clock.systemUTC()), "api", Role.OWNER);
  }

  /** Makes a guest ignore requests to shut down. */
  public void deafen(DomainRef domain) {
    synchronized (contents) {
      contents.find(domain).deaf = true;
    }
  }

  /** The guest writes to its serial console. */
  public void guestWrites(DomainRef domain, String text) {
    synchronized (contents) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      MemoryDomain found = contents.find(domain);
      found.consoleLog.writeBytes(bytes);
      found.consoles.stream()
          .filter(console -> console.isTo(Optional.empty()))
          .forEach(console -> console.guestWrites(bytes));
    }
  }

  /** What was typed at the console by whoever may write there now. */
  public String typed(DomainRef domain) {
    synchronized (contents) {
      return contents.find(domain).consoles.stream()
          .filter(console -> console.isTo(Optional.empty()))
          .filter(MemoryConsole::writes)
          .map(console -> new String(console.typed(), StandardCharsets.UTF_8))
          .findFirst()
          .orElse("");
    }
  }

  /**
   * From now on a guest agent runs in the guest, and answers that command so: one JSON value.
   * Without such an answer there is none.
   */
  public void agentAnswers(DomainRef domain, String command, String json) {
    synchronized (contents) {
      contents.find(domain).agentAnswers(command, json);
      contents.notifyAll();
    }
  }

  /** The chords of keys that were pressed in the guest, such as {@code ctrl-c}. */
  public List<String> pressed(DomainRef domain) {
    synchronized (contents) {
      return List.copyOf(contents.find(domain).pressed);
    }
  }

  /** The guest panics. */
  public void guestPanics(DomainRef domain) {
    synchronized (contents) {
      verbs.panic(contents.find(domain));
    }
  }

  /** The guest powers itself off. */
  public void guestPowersOff(DomainRef domain) {
    synchronized (contents) {
      verbs.powerOff(contents.find(domain));
    }
  }

  @Override
  public VmHost as(String otherActor) {
    return new MemoryHost(contents, new ActorName(otherActor).text(), Role.VIEW);
  }

  @Override
  public HostInfo info() {
    synchronized (contents) {
      int machines =
          (int) contents.domains().values().stream().filter(MemoryDomain::hasMachine).count();
      return new HostInfo(
          "0-memory",
          Path.of("/nonexistent"),
          ProcessHandle.current().pid(),
          contents.domains().size(),
          machines,
          List.of(),
          Optional.of("there are no processes"));
    }
  }

  @Override
  public List<DomainSnapshot> list() {
    synchronized (contents) {
      return contents.domains().values().stream()
          .map(MemoryDomain::snapshot)
          .sorted(Comparator.comparing(DomainSnapshot::name))
          .toList();
    }
  }

  @Override
  public DomainSnapshot domain(DomainRef domain) {
    synchronized (contents) {
      return contents.find(domain).snapshot();
    }
  }

  /** A machine in memory uses nothing, so it has no figures. */
  @Override
  public List<DomainStats> stats() {
    return list().stream().map(MemoryHost::stats).toList();
  }

  @Override
  public DomainStats stats(DomainRef domain) {
    return stats(domain(domain));
  }

  private static DomainStats stats(DomainSnapshot domain) {
    return new DomainStats(
        domain.name(),
        domain.uuid(),
        domain.status().state(),
        domain.machine().map(MachineStats::none));
  }

  @Override
  public DefinitionView definition(DomainRef domain) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      return new DefinitionView(found.revision(), found.json());
    }
  }

  @Override
  public DefineResult define(DefinitionDocument document, DefineCondition condition) {
    DomainDefinition read = DefinitionReader.read(document);
    synchronized (contents) {
      return contents.define(read, condition, actor);
    }
  }

  @Override
  public void undefine(DomainRef domain) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      if (found.hasMachine()) {
        throw MemoryVerbs.illegal("undefine", found, DomainState.SHUTOFF);
      }
      if (contents.saves().containsKey(MemorySaves.managed(found))) {
        throw new InvalidStateException("The guest is in its managed save. Drop that first.");
      }
      contents.domains().remove(found.uuid());
      contents.events().add(found, EventTypes.UNDEFINED, actor, Map.of());
      contents.notifyAll();
    }
  }

  @Override
  public VerbResult start(
      DomainRef domain, StartMode mode, Resources resources, CallOptions options) {
    return done(() -> verbs.start(contents.find(domain), mode, resources));
  }

  @Override
  public VerbResult shutdown(DomainRef domain, ShutdownPolicy policy, CallOptions options) {
    return done(() -> verbs.shutdown(contents.find(domain), policy));
  }

  @Override
  public List<GuestShutdown> shutdownGuests(ShutdownPolicy policy, CallOptions options) {
    synchronized (contents) {
      return contents.domains().values().stream()
          .filter(MemoryDomain::hasMachine)
          .sorted(
              Comparator.comparingInt(
                      (MemoryDomain domain) -> domain.definition().policies().shutdownOrder())
                  .thenComparing(domain -> domain.definition().name()))
          .map(domain -> verbs.shutDownWithAll(domain, policy))
          .toList();
    }
  }

  @Override
  public VerbResult destroy(DomainRef domain, Duration grace, CallOptions options) {
    requireNotNegative("grace", grace);
    return done(() -> verbs.destroy(contents.find(domain)));
  }

  @Override
  public VerbResult reset(DomainRef domain, CallOptions options) {
    return done(() -> verbs.reset(contents.find(domain)));
  }

  @Override
  public VerbResult pause(DomainRef domain, CallOptions options) {
    return done(() -> verbs.pause(contents.find(domain)));
  }

  @Override
  public VerbResult resume(DomainRef domain, CallOptions options) {
    return done(() -> verbs.resume(contents.find(domain)));
  }

  @Override
  public VerbResult attachDisk(
      DomainRef domain,
      DefinitionDocument disk,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    return attach(DeviceKind.DISK, domain, disk, scope, resources, options);
  }

  private VerbResult attach(
      DeviceKind kind,
      DomainRef domain,
      DefinitionDocument document,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    Pluggable read = DeviceDocument.read(kind, document);
    return done(
        options,
        () ->
            new MemoryDevices(contents, actor)
                .attach(contents.find(domain), read, scope, resources));
  }

  @Override
  public List<DiskSummary> disks(DomainRef domain) {
    synchronized (contents) {
      return MemoryDeviceLists.disks(contents.find(domain));
    }
  }

  @Override
  public Job detachDisk(
      DomainRef domain, String disk, EditScope scope, JobOptions job, CallOptions options) {
    return detach(DeviceKind.DISK, domain, disk, scope, job, options);
  }

  private Job detach(
      DeviceKind kind,
      DomainRef domain,
      String name,
      EditScope scope,
      JobOptions job,
      CallOptions options) {
    return new MemoryTurns(this)
        .await(
            options,
            () -> {
              synchronized (contents) {
                return new MemoryDevices(contents, actor)
                    .detach(contents.find(domain), kind, name, scope, job);
              }
            });
  }

  @Override
  public VerbResult attachNic(
      DomainRef domain,
      DefinitionDocument nic,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    return attach(DeviceKind.NIC, domain, nic, scope, resources, options);
  }

  @Override
  public List<NicSummary> nics(DomainRef domain) {
    synchronized (contents) {
      return MemoryDeviceLists.nics(contents.find(domain));
    }
  }

  /** Every screen is black. */
  @Override
  public byte[] screenshot(DomainRef domain, CallOptions options) {
    synchronized (contents) {
      return MemoryFront.screen(contents.find(domain));
    }
  }

  @Override
  public VerbResult sendKeys(DomainRef domain, Keystrokes keys, CallOptions options) {
    return done(() -> MemoryFront.press(contents, actor, contents.find(domain), keys));
  }

  @Override
  public VerbResult injectNmi(DomainRef domain, CallOptions options) {
    return done(() -> MemoryFront.injectNmi(contents, actor, contents.find(domain)));
  }

  @Override
  public VerbResult setVncPassword(DomainRef domain, VncPassword password, CallOptions options) {
    return done(() -> MemoryFront.lock(contents, actor, contents.find(domain)));
  }

  @Override
  public Job dumpMemory(DomainRef domain, MemoryDump dump, JobOptions job, CallOptions options) {
    synchronized (contents) {
      return new MemoryDumping(contents, actor).dump(contents.find(domain), dump, job);
    }
  }

  @Override
  public VerbResult attachShare(
      DomainRef domain, DefinitionDocument share, EditScope scope, CallOptions options) {
    return attach(DeviceKind.SHARE, domain, share, scope, Resources.none(), options);
  }

  @Override
  public List<ShareSummary> shares(DomainRef domain) {
    synchronized (contents) {
      return MemoryDeviceLists.shares(contents.find(domain));
    }
  }

  @Override
  public Job detachShare(
      DomainRef domain, String share, EditScope scope, JobOptions job, CallOptions options) {
    return detach(DeviceKind.SHARE, domain, share, scope, job, options);
  }

  @Override
  public VerbResult attachDevice(
      DomainRef domain, DefinitionDocument device, EditScope scope, CallOptions options) {
    return attach(DeviceKind.DEVICE, domain, device, scope, Resources.none(), options);
  }

  @Override
  public List<DeviceSummary> devices(DomainRef domain) {
    synchronized (contents) {
      return MemoryDeviceLists.devices(contents.find(domain));
    }
  }

  @Override
  public Job detachDevice(
      DomainRef domain, String device, EditScope scope, JobOptions job, CallOptions options) {
    return detach(DeviceKind.DEVICE, domain, device, scope, job, options);
  }

  @Override
  public Job detachNic(
      DomainRef domain, String nic, EditScope scope, JobOptions job, CallOptions options) {
    return detach(DeviceKind.NIC, domain, nic, scope, job, options);
  }

  @Override
  public VerbResult setThrottle(
      DomainRef domain, String disk, Throttle throttle, EditScope scope, CallOptions options) {
    return done(
        options, () -> adjustments().throttle(contents.find(domain), disk, throttle, scope));
  }

  @Override
  public VerbResult insertMedium(
      DomainRef domain, String drive, Path medium, EditScope scope, CallOptions options) {
    return done(() -> adjustments().insert(contents.find(domain), drive, medium, scope));
  }

  @Override
  public VerbResult ejectMedium(
      DomainRef domain, String drive, Ejection ejection, EditScope scope, CallOptions options) {
    return done(() -> adjustments().eject(contents.find(domain), drive, scope));
  }

  @Override
  public VerbResult setLatencyHistogram(
      DomainRef domain,
      String disk,
      LatencyBounds latencies,
      EditScope scope,
      CallOptions options) {
    return done(
        options, () -> adjustments().latencies(contents.find(domain), disk, latencies, scope));
  }

  @Override
  public VerbResult resizeDisk(
      DomainRef domain, String disk, ByteSize size, Shrinking shrinking, CallOptions options) {
    return done(options, () -> adjustments().resize(contents.find(domain), disk, size, shrinking));
  }

  @Override
  public VerbResult setLink(
      DomainRef domain, String nic, LinkState link, EditScope scope, CallOptions options) {
    return done(options, () -> adjustments().link(contents.find(domain), nic, link, scope));
  }

  @Override
  public Job setCpus(
      DomainRef domain, int cpus, EditScope scope, JobOptions job, CallOptions options) {
    return new MemoryTurns(this)
        .await(
            options,
            () -> {
              synchronized (contents) {
                return new MemorySizing(contents, actor)
                    .cpus(contents.find(domain), cpus, scope, job);
              }
            });
  }

  @Override
  public Job setMemory(
      DomainRef domain, ByteSize size, EditScope scope, JobOptions job, CallOptions options) {
    return new MemoryTurns(this)
        .await(
            options,
            () -> {
              synchronized (contents) {
                return new MemorySizing(contents, actor)
                    .memory(contents.find(domain), size, scope, job);
              }
            });
  }

  @Override
  public Job setBalloon(DomainRef domain, ByteSize size, JobOptions job, CallOptions options) {
    return new MemoryTurns(this)
        .await(
            options,
            () -> {
              synchronized (contents) {
                return new MemorySizing(contents, actor).balloon(contents.find(domain), size, job);
              }
            });
  }

  private MemoryAdjustments adjustments() {
    return new MemoryAdjustments(contents, actor);
  }

  @Override
  public Images images() {
    return new MemoryImages(contents, actor);
  }

  @Override
  public Backups backups() {
    return new MemoryBackups(contents, actor);
  }

  @Override
  public Saves saves() {
    return new MemorySaves(contents, actor);
  }

  @Override
  public Migrations migrations() {
    return new MemoryMigrations(contents);
  }

  @Override
  public List<Job> jobs() {
    synchronized (contents) {
      return Stream.concat(
              contents.domains().values().stream()
                  .flatMap(domain -> domain.jobs().values().stream()),
              contents.hostJobs().keySet().stream())
          .sorted(Comparator.comparing((Job job) -> job.origin().since()).reversed())
          .toList();
    }
  }

  @Override
  public Job job(JobId job) {
    return jobs().stream()
        .filter(one -> one.id().equals(job))
        .findFirst()
        .orElseThrow(() -> new NotFoundException("There is no job " + job + "."));
  }

  @Override
  public Job awaitJob(JobId job, Duration timeout) {
    requireNotNegative("timeout", timeout);
    Deadline deadline = Deadline.of(timeout);
    synchronized (contents) {
      while (!job(job).status().state().isEnded()) {
        if (deadline.hasPassed()) {
          throw new DeadlineExceededException("Job " + job + " still goes on.");
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(contents, Math.max(1, deadline.remainingNanos()));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new DeadlineExceededException("Interrupted while waiting for " + job + ".", e);
        }
      }
      return job(job);
    }
  }

  @Override
  public Job cancelJob(JobId job) {
    synchronized (contents) {
      Job known = job(job);
      return known
          .target()
          .domain()
          .map(
              domain ->
                  new MemoryDevices(contents, actor)
                      .cancel(contents.find(new DomainRef.ByUuid(domain)), known))
          .orElse(known); // which has ended
    }
  }

  @Override
  public Job pauseJob(JobId job) {
    return unlessItGoesOn(job);
  }

  @Override
  public Job resumeJob(JobId job) {
    return unlessItGoesOn(job);
  }

  /** No kind of job can be held. */
  private Job unlessItGoesOn(JobId job) {
    Job known = job(job);
    if (!known.status().state().isEnded()) {
      throw new UnsupportedException("Job " + job + " cannot be paused or resumed. Cancel it.");
    }
    return known;
  }

  @Override
  public String qmp(
      DomainRef domain, QmpRequest request, Resources resources, CallOptions options) {
    QmpRequest complete = request.with(resources.names());
    synchronized (contents) {
      return new MemoryQmp(contents, verbs, actor).send(contents.find(domain), complete);
    }
  }

  @Override
  public String qmpSchema(DomainRef domain) {
    synchronized (contents) {
      return MemoryQmp.schema(contents.find(domain));
    }
  }

  @Override
  public String agent(DomainRef domain, AgentRequest request, CallOptions options) {
    synchronized (contents) {
      return new MemoryAgent(contents.find(domain)).send(request);
    }
  }

  @Override
  public QmpEvents qmpEvents(DomainRef domain, long after, Duration timeout) {
    requireNotNegative("timeout", timeout);
    Deadline deadline = Deadline.of(timeout);
    synchronized (contents) {
      List<String> told = contents.find(domain).qmpEvents;
      while (after >= told.size() && !deadline.hasPassed()) {
        try {
          TimeUnit.NANOSECONDS.timedWait(contents, Math.max(1, deadline.remainingNanos()));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new DeadlineExceededException("Interrupted while watching '" + domain + "'.", e);
        }
      }
      int from = (int) Math.min(after < 0 ? told.size() : after, told.size());
      return new QmpEvents(told.size(), 0, told.subList(from, told.size()));
    }
  }

  /** As on a real host, what an interrupted caller asks for is done, and its wait is over. */
  private VerbResult done(CallOptions options, Supplier<VerbResult> verb) {
    return new MemoryTurns(this).await(options, () -> done(verb));
  }

  private VerbResult done(Supplier<VerbResult> verb) {
    VerbResult result;
    synchronized (contents) {
      result = verb.get();
    }
    if (Thread.currentThread().isInterrupted()) {
      throw new DeadlineExceededException("The caller was interrupted. What was asked goes on.");
    }
    return result;
  }

  @Override
  public DomainSnapshot await(DomainRef domain, Set<DomainState> states, Duration timeout) {
    requireNotNegative("timeout", timeout);
    if (states.isEmpty()) {
      throw new InvalidRequestException("states: name at least one state to wait for.");
    }
    Deadline deadline = Deadline.of(timeout);
    synchronized (contents) {
      while (!states.contains(contents.find(domain).state())) {
        if (deadline.hasPassed()) {
          throw new DeadlineExceededException(
              "Domain '"
                  + domain
                  + "' is "
                  + contents.find(domain).state().text()
                  + " and did not become another within "
                  + DurationText.print(timeout.truncatedTo(ChronoUnit.MILLIS))
                  + ".");
        }
        try {
          TimeUnit.NANOSECONDS.timedWait(contents, Math.max(1, deadline.remainingNanos()));
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
          throw new DeadlineExceededException("Interrupted while waiting for '" + domain + "'.", e);
        }
      }
      return contents.find(domain).snapshot();
    }
  }

  private static void requireNotNegative(String what, Duration duration) {
    if (duration.isNegative()) {
      throw new InvalidRequestException(what + ": must not be negative, is " + duration + ".");
    }
  }

  @Override
  public byte[] log(DomainRef domain, LogKind kind, int maxBytes) {
    if (maxBytes < 1 || maxBytes > LONGEST_LOG) {
      throw new InvalidRequestException("maxBytes: must be 1 to " + LONGEST_LOG + ".");
    }
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      byte[] all = kind == LogKind.CONSOLE ? found.consoleLog.toByteArray() : new byte[0];
      return Arrays.copyOfRange(all, Math.max(0, all.length - maxBytes), all.length);
    }
  }

  @Override
  public Console console(DomainRef domain, ConsoleAccess access) {
    return console(domain, Optional.empty(), access);
  }

  @Override
  public Console console(DomainRef domain, String name, ConsoleAccess access) {
    return console(domain, Optional.of(name), access);
  }

  private Console console(DomainRef domain, Optional<String> port, ConsoleAccess access) {
    synchronized (contents) {
      MemoryDomain found = contents.find(domain);
      if (!found.hasMachine()) {
        throw MemoryVerbs.illegal("attach to the console of", found, DomainState.RUNNING);
      }
      port.ifPresent(found::requirePort);
      Optional<MemoryConsole> writer =
          found.consoles.stream()
              .filter(console -> console.isTo(port))
              .filter(MemoryConsole::writes)
              .findFirst();
      if (access == ConsoleAccess.WRITE && writer.isPresent()) {
        throw new BusyException(
            writer.get().actor() + " writes to the console of '" + domain + "' already.");
      }
      if (access == ConsoleAccess.TAKE_OVER) {
        writer.ifPresent(MemoryConsole::close);
      }
      MemoryConsole console =
          new MemoryConsole(port, actor, access, closed -> detach(found, closed));
      found.consoles.add(console);
      return console;
    }
  }

  @Override
  public EventRange eventRange() {
    synchronized (contents) {
      return contents.events().range();
    }
  }

  @Override
  public EventStream events(long afterSequence) {
    synchronized (contents) {
      return contents.events().stream(afterSequence);
    }
  }

  @Override
  public EventSubscription subscribe(long afterSequence, EventListener listener) {
    return contents.subscriptions().subscribe(afterSequence, listener);
  }

  /** Refuses every further call; the views of this host with it. Closing a view closes nothing. */
  @Override
  public void close(Duration patience) {
    if (role == Role.OWNER) {
      contents.close(patience);
    }
  }

  private void detach(MemoryDomain domain, MemoryConsole console) {
    synchronized (contents) {
      domain.consoles.remove(console);
    }
  }
}
