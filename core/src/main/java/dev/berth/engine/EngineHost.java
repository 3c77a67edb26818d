package dev.berth.engine;

import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.DefinitionReader;
import dev.berth.definition.DeviceDocument;
import dev.berth.definition.DeviceKind;
import dev.berth.definition.Pluggable;
import dev.berth.domain.ActorName;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.DurationText;
import dev.berth.domain.EventRange;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.engine.device.Adjustment;
import dev.berth.engine.device.BalloonSizing;
import dev.berth.engine.device.CpuSizing;
import dev.berth.engine.device.LatencyAdjustment;
import dev.berth.engine.device.LinkAdjustment;
import dev.berth.engine.device.RamSizing;
import dev.berth.engine.device.ResizeAdjustment;
import dev.berth.engine.device.Sizing;
import dev.berth.engine.qemu.AgentRules;
import dev.berth.engine.qemu.HandCommand;
import dev.berth.engine.qemu.QmpFeed;
import dev.berth.engine.step.JobOwner;
import dev.berth.engine.step.Provision;
import dev.berth.engine.thread.OpenCalls;
import dev.berth.engine.thread.Timers;
import dev.berth.engine.thread.Turns;
import dev.berth.error.DeadlineExceededException;
import dev.berth.error.HostUnreachableException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.MachineLostException;
import dev.berth.error.NotFoundException;
import dev.berth.error.OutcomeUnknownException;
import dev.berth.guest.GuestAgent;
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
import dev.berth.machine.HeldResources;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.qmp.Deadline;
import dev.berth.stats.DomainStats;
import java.nio.file.Path;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * One actor's view of an engine: blocking calls over the drivers' futures. Closing it closes
 * nothing.
 */
final class EngineHost implements VmHost, TakesMachines {
  private final Engine engine;
  private final String actor;
  private final Consumer<Duration> onClose;

  EngineHost(Engine engine, String actor, Consumer<Duration> onClose) {
    this.engine = engine;
    this.actor = actor;
    this.onClose = onClose;
  }

  @Override
  public VmHost as(String otherActor) {
    return engine.as(new ActorName(otherActor).text());
  }

  @Override
  public HostInfo info() {
    List<DomainSnapshot> all = list();
    return new HostInfo(
        engine.facts().version(),
        engine.facts().home(),
        ProcessHandle.current().pid(),
        all.size(),
        (int) all.stream().filter(domain -> domain.machine().isPresent()).count(),
        engine.facts().qemus().get(),
        engine.facts().withoutScopes().get());
  }

  @Override
  public List<DomainSnapshot> list() {
    return domains().all().stream().map(DomainDriver::snapshot).toList();
  }

  @Override
  public DomainSnapshot domain(DomainRef domain) {
    return domains().get(domain).snapshot();
  }

  @Override
  public List<DomainStats> stats() {
    return domains().all().stream().map(DomainDriver::stats).toList();
  }

  @Override
  public DomainStats stats(DomainRef domain) {
    return domains().get(domain).stats();
  }

  @Override
  public DefinitionView definition(DomainRef domain) {
    return domains().get(domain).definition();
  }

  @Override
  public DefineResult define(DefinitionDocument document, DefineCondition condition) {
    domains();
    return wait(
        engine.definitions().define(DefinitionReader.read(document), condition, actor),
        CallOptions.none());
  }

  @Override
  public void undefine(DomainRef domain) {
    wait(domains().get(domain).undefine(actor), CallOptions.none());
  }

  @Override
  public VerbResult start(
      DomainRef domain, StartMode mode, Resources resources, CallOptions options) {
    return turns()
        .await(
            () -> domains().get(domain).start(mode, Provision.copyOf(resources), actor), options);
  }

  @Override
  public VerbResult shutdown(DomainRef domain, ShutdownPolicy policy, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns().await(() -> domains().get(domain).shutdown(policy, actor, hasDeadline), options);
  }

  @Override
  public List<GuestShutdown> shutdownGuests(ShutdownPolicy policy, CallOptions options) {
    return wait(new GuestShutdowns(engine.host(), domains(), policy, actor).run(), options);
  }

  @Override
  public VerbResult destroy(DomainRef domain, Duration grace, CallOptions options) {
    requireNotNegative("grace", grace);
    return wait(domains().get(domain).destroy(grace, actor), options);
  }

  @Override
  public VerbResult reset(DomainRef domain, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns().await(() -> domains().get(domain).reset(actor, hasDeadline), options);
  }

  @Override
  public VerbResult pause(DomainRef domain, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns().await(() -> domains().get(domain).pause(actor, hasDeadline), options);
  }

  @Override
  public VerbResult resume(DomainRef domain, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns().await(() -> domains().get(domain).resume(actor, hasDeadline), options);
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

  @Override
  public VerbResult attachNic(
      DomainRef domain,
      DefinitionDocument nic,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    return attach(DeviceKind.NIC, domain, nic, scope, resources, options);
  }

  private VerbResult attach(
      DeviceKind kind,
      DomainRef domain,
      DefinitionDocument document,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    Pluggable device = DeviceDocument.read(kind, document);
    boolean hasDeadline = options.deadline().isPresent();
    return turns()
        .await(
            () ->
                domains()
                    .get(domain)
                    .attach(device, scope, Provision.copyOf(resources), actor, hasDeadline),
            options);
  }

  @Override
  public List<DiskSummary> disks(DomainRef domain) {
    return domains().get(domain).disks();
  }

  @Override
  public Job detachDisk(
      DomainRef domain, String disk, EditScope scope, JobOptions job, CallOptions options) {
    return detach(DeviceKind.DISK, domain, disk, scope, job, options);
  }

  @Override
  public List<NicSummary> nics(DomainRef domain) {
    return domains().get(domain).nics();
  }

  @Override
  public VerbResult attachShare(
      DomainRef domain, DefinitionDocument share, EditScope scope, CallOptions options) {
    return attach(DeviceKind.SHARE, domain, share, scope, Resources.none(), options);
  }

  @Override
  public List<ShareSummary> shares(DomainRef domain) {
    return domains().get(domain).shares();
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
    return domains().get(domain).devices();
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

  private Job detach(
      DeviceKind kind,
      DomainRef domain,
      String name,
      EditScope scope,
      JobOptions job,
      CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns()
        .await(
            () -> domains().get(domain).detach(kind, name, scope, job, actor, hasDeadline),
            options);
  }

  @Override
  public Job dumpMemory(DomainRef domain, MemoryDump dump, JobOptions job, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns()
        .await(() -> domains().get(domain).dumpMemory(dump, job, actor, hasDeadline), options);
  }

  @Override
  public byte[] screenshot(DomainRef domain, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    CompletableFuture<byte[]> picture = domains().get(domain).screenshot(actor, hasDeadline);
    try {
      return wait(picture, options).clone(); // others may have got the same
    } finally {
      picture.cancel(false); // who has gone is not to be remembered
    }
  }

  @Override
  public Job setCpus(
      DomainRef domain, int cpus, EditScope scope, JobOptions job, CallOptions options) {
    return size(domain, new CpuSizing(cpus), scope, job, options);
  }

  @Override
  public Job setMemory(
      DomainRef domain, ByteSize size, EditScope scope, JobOptions job, CallOptions options) {
    return size(domain, new RamSizing(size), scope, job, options);
  }

  @Override
  public Job setBalloon(DomainRef domain, ByteSize size, JobOptions job, CallOptions options) {
    return size(domain, new BalloonSizing(size), EditScope.LIVE, job, options);
  }

  private Job size(
      DomainRef domain, Sizing sizing, EditScope scope, JobOptions job, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns()
        .await(() -> domains().get(domain).size(sizing, scope, job, actor, hasDeadline), options);
  }

  @Override
  public VerbResult sendKeys(DomainRef domain, Keystrokes keys, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns().await(() -> domains().get(domain).sendKeys(keys, actor, hasDeadline), options);
  }

  @Override
  public VerbResult injectNmi(DomainRef domain, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns().await(() -> domains().get(domain).injectNmi(actor, hasDeadline), options);
  }

  @Override
  public VerbResult setVncPassword(DomainRef domain, VncPassword password, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return wait(domains().get(domain).setVncPassword(password, actor, hasDeadline), options);
  }

  @Override
  public VerbResult setThrottle(
      DomainRef domain, String disk, Throttle throttle, EditScope scope, CallOptions options) {
    return adjust(domain, new ThrottleAdjustment(disk, throttle), scope, options);
  }

  @Override
  public VerbResult setLatencyHistogram(
      DomainRef domain,
      String disk,
      LatencyBounds latencies,
      EditScope scope,
      CallOptions options) {
    return adjust(domain, new LatencyAdjustment(disk, latencies), scope, options);
  }

  @Override
  public VerbResult resizeDisk(
      DomainRef domain, String disk, ByteSize size, Shrinking shrinking, CallOptions options) {
    return adjust(domain, new ResizeAdjustment(disk, size, shrinking), EditScope.LIVE, options);
  }

  @Override
  public VerbResult insertMedium(
      DomainRef domain, String drive, Path medium, EditScope scope, CallOptions options) {
    DriveWork work = new DriveWork(engine.host());
    return adjust(domain, new InsertAdjustment(drive, medium, work), scope, options);
  }

  @Override
  public VerbResult ejectMedium(
      DomainRef domain, String drive, Ejection ejection, EditScope scope, CallOptions options) {
    Duration patience = EjectAdjustment.patience(options.deadline());
    Optional<Timers> timers = Optional.of(engine.host().timers());
    return adjust(domain, new EjectAdjustment(drive, ejection, patience, timers), scope, options);
  }

  @Override
  public VerbResult setLink(
      DomainRef domain, String nic, LinkState link, EditScope scope, CallOptions options) {
    return adjust(domain, new LinkAdjustment(nic, link), scope, options);
  }

  private VerbResult adjust(
      DomainRef domain, Adjustment adjustment, EditScope scope, CallOptions options) {
    boolean hasDeadline = options.deadline().isPresent();
    return turns()
        .await(() -> domains().get(domain).adjust(adjustment, scope, actor, hasDeadline), options);
  }

  @Override
  public Images images() {
    return new ImageVerbs(this::hostImages, this::turns, actor);
  }

  @Override
  public Backups backups() {
    return new HostBackups(
        engine.host(), this::completeBackups, this::register, this::domains, this::turns, actor);
  }

  private BackupRegister register() {
    domains();
    return engine.register();
  }

  private CompleteBackups completeBackups() {
    domains();
    return engine.backups();
  }

  @Override
  public Saves saves() {
    return new HostSaves(engine.host(), this::domains, this::turns, actor);
  }

  @Override
  public Migrations migrations() {
    return new HostMigrations(this::domains, this::turns, () -> hostImages().users(), actor);
  }

  @Override
  public TargetHost targetHost() {
    return new HostArrivals(
        engine.host(), this::domains, this::turns, this::jobs, engine.refused(), actor);
  }

  private HostImages hostImages() {
    domains();
    return engine.images();
  }

  @Override
  public List<Job> jobs() {
    Map<JobId, Job> all = new LinkedHashMap<>();
    Stream.of(
            domains().all().stream().flatMap(driver -> driver.jobs().stream()),
            engine.images().published().stream(),
            engine.host().departed().all().stream())
        .flatMap(each -> each)
        .forEach(job -> all.putIfAbsent(job.id(), job)); // a domain that goes has it a moment yet
    return all.values().stream()
        .sorted(Comparator.comparing((Job job) -> job.origin().since()).reversed())
        .toList();
  }

  @Override
  public Job job(JobId job) {
    return jobs().stream()
        .filter(one -> one.id().equals(job))
        .findFirst()
        .orElseThrow(
            () ->
                new NotFoundException(
                    "There is no job " + job + " on this host. See 'vmctl job list'."));
  }

  @Override
  public Job awaitJob(JobId job, Duration timeout) {
    requireNotNegative("timeout", timeout);
    Job asked = job(job);
    if (asked.status().state().isEnded()) {
      return asked;
    }
    CompletableFuture<Job> ended;
    try {
      ended = owner(asked).await(asked);
    } catch (NotFoundException gone) {
      return job(job); // it may have ended with that
    }
    try {
      return wait(ended, CallOptions.within(timeout));
    } catch (DeadlineExceededException e) {
      Job now = job(job);
      throw new DeadlineExceededException(
          "Job "
              + job
              + " ("
              + now.target().kind().text()
              + " '"
              + now.target().subject()
              + "' of "
              + now.target().owner()
              + ") still goes on after "
              + DurationText.print(timeout.truncatedTo(ChronoUnit.MILLIS))
              + (now.status().detail().isEmpty() ? "" : ": " + now.status().detail())
              + ".",
          e);
    } finally {
      ended.cancel(false);
    }
  }

  @Override
  public Job cancelJob(JobId job) {
    return wait(owner(job(job)).cancelJob(job, actor), CallOptions.none());
  }

  @Override
  public Job pauseJob(JobId job) {
    return wait(owner(job(job)).pauseJob(job, actor), CallOptions.none());
  }

  @Override
  public Job resumeJob(JobId job) {
    return wait(owner(job(job)).resumeJob(job, actor), CallOptions.none());
  }

  private JobOwner owner(Job job) {
    if (job.target().domain().isPresent()) {
      return domains().get(new DomainRef.ByUuid(job.target().domain().get()));
    }
    return BackupJobRow.isAbout(job.target().kind()) ? engine.backups() : engine.images().owner();
  }

  @Override
  public String qmp(
      DomainRef domain, QmpRequest request, Resources resources, CallOptions options) {
    DomainDriver driver = domains().get(domain);
    QmpRequest complete = request.with(resources.names());
    HeldResources held = Provision.copyOf(resources);
    return wait(driver.qmp(complete, held, actor, options.deadline().isPresent()), options);
  }

  @Override
  public String qmpSchema(DomainRef domain) {
    return wait(domains().get(domain).qmpSchema(), CallOptions.none());
  }

  @Override
  public QmpEvents qmpEvents(DomainRef domain, long after, Duration timeout) {
    requireNotNegative("timeout", timeout);
    QmpFeed feed = domains().get(domain).feed();
    CompletableFuture<QmpEvents> events = feed.after(after);
    try {
      return wait(events, CallOptions.within(timeout));
    } catch (DeadlineExceededException quiet) {
      if (Thread.currentThread().isInterrupted()) {
        throw quiet;
      }
      return feed.none(after);
    } finally {
      events.cancel(false);
    }
  }

  /** The agent is talked to on this very thread: nobody else has to wait for what a guest does. */
  @Override
  public String agent(DomainRef domain, AgentRequest request, CallOptions options) {
    Deadline deadline = options.deadline().map(Deadline::of).orElse(Deadline.none());
    HandCommand.Any command = AgentRules.checked(request);
    GuestAgent agent =
        turns().await(() -> domains().get(domain).agent(deadline.isLimited()), options);
    try {
      return AgentRules.send(agent, command, deadline);
    } catch (InterruptedException e) {
      throw OpenCalls.interrupted(e);
    } catch (MachineLostException | OutcomeUnknownException ended) {
      throw engine.isClosed() ? OpenCalls.closedMeanwhile() : ended;
    }
  }

  @Override
  public DomainSnapshot await(DomainRef domain, Set<DomainState> states, Duration timeout) {
    if (states.isEmpty()) {
      throw new InvalidRequestException("states: name at least one state to wait for.");
    }
    requireNotNegative("timeout", timeout);
    CompletableFuture<DomainSnapshot> reached = domains().get(domain).await(states);
    try {
      return wait(reached, CallOptions.within(timeout));
    } catch (DeadlineExceededException e) {
      throw new DeadlineExceededException(
          "Domain '"
              + domain
              + "' is "
              + domain(domain).status().state().text()
              + " and did not become "
              + states.stream().map(DomainState::text).sorted().collect(Collectors.joining(" or "))
              + " within "
              + DurationText.print(timeout.truncatedTo(ChronoUnit.MILLIS))
              + ".",
          e);
    } finally {
      reached.cancel(false);
    }
  }

  @Override
  public byte[] log(DomainRef domain, LogKind kind, int maxBytes) {
    return DomainLogs.tail(engine.host(), domains().get(domain), kind, maxBytes);
  }

  @Override
  public Console console(DomainRef domain, ConsoleAccess access) {
    return ConsoleCalls.attach(
        domains().get(domain), Optional.empty(), access, actor, engine.host().now());
  }

  @Override
  public Console console(DomainRef domain, String name, ConsoleAccess access) {
    return ConsoleCalls.attach(
        domains().get(domain), Optional.of(name), access, actor, engine.host().now());
  }

  @Override
  public EventRange eventRange() {
    domains();
    return engine.host().journal().range();
  }

  @Override
  public EventStream events(long afterSequence) {
    domains();
    return engine.host().journal().streamAfter(afterSequence);
  }

  @Override
  public EventSubscription subscribe(long afterSequence, EventListener listener) {
    domains();
    return engine.subscriptions().subscribe(afterSequence, listener);
  }

  @Override
  public void close(Duration patience) {
    requireNotNegative("patience", patience);
    onClose.accept(patience);
  }

  // ---- waiting

  private Domains domains() {
    if (engine.isClosed()) {
      throw new HostUnreachableException("The host has been closed.");
    }
    return engine.domains();
  }

  private static void requireNotNegative(String what, Duration duration) {
    if (duration.isNegative()) {
      throw new InvalidRequestException(what + ": must not be negative, is " + duration + ".");
    }
  }

  private Turns turns() {
    return new Turns(
        engine.calls(),
        id ->
            jobs().stream()
                .filter(job -> job.id().equals(id))
                .findFirst()
                .map(job -> owner(job).await(job)));
  }

  private <T> T wait(CompletableFuture<T> outcome, CallOptions options) {
    return engine.calls().await(outcome, options);
  }
}
