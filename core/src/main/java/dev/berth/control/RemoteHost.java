package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DefinitionDocument;
import dev.berth.definition.LatencyDocument;
import dev.berth.definition.ThrottleDocument;
import dev.berth.domain.ActorName;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainSnapshot;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventRange;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
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
import dev.berth.job.JobCodec;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.migration.TakesMachines;
import dev.berth.migration.TargetHost;
import dev.berth.stats.DomainStats;
import dev.berth.subscription.Subscriptions;
import dev.berth.tls.TlsFiles;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * A host in another process, over its control socket, or over TLS. Thread-safe; whoever connected
 * closes it.
 *
 * <p>Calls share one connection; each event stream and console, and each call that sends file
 * descriptors, has its own. When the connection is lost, calls in flight fail ({@link
 * dev.berth.error.OutcomeUnknownException} for those that change something, {@link
 * dev.berth.error.HostUnreachableException} for others) and the next call connects anew. An
 * interrupted caller gets a {@link dev.berth.error.DeadlineExceededException} with the interrupt
 * status set; what was asked goes on.
 *
 * <p>Threads: {@code berth-remote-read} and {@code berth-remote-write} for each connection, {@code
 * berth-events-N} for each subscription.
 */
public final class RemoteHost implements VmHost, TakesMachines {
  /** What a host may take longer than the deadline it was given. */
  private static final Duration SLACK = Duration.ofSeconds(10);

  private final Connections connections;
  private final Subscriptions subscriptions;
  private final Optional<String> actor;

  private RemoteHost(Connections connections, Subscriptions subscriptions, Optional<String> actor) {
    this.connections = connections;
    this.subscriptions = subscriptions;
    this.actor = actor;
  }

  /**
   * Connects.
   *
   * @param uri {@code unix:/path/to/control.sock} or {@code tls://HOST:PORT}
   * @param files for one of TLS that names none; empty for those of this user
   * @throws dev.berth.error.HostUnreachableException when nobody answers there
   * @throws dev.berth.error.UnsupportedException when the host speaks another protocol version
   * @throws dev.berth.error.InvalidRequestException when the URI or the files are wrong
   */
  public static RemoteHost connect(URI uri, Optional<TlsFiles> files) {
    Connections connections = Connections.to(ControlAddress.of(uri, files));
    Subscriptions subscriptions =
        new Subscriptions(
            Subscriptions.Source.ANOTHER_PROCESS,
            after -> RemoteEvents.open(connections.address(), eventsAfter(after)));
    return new RemoteHost(connections, subscriptions, Optional.empty());
  }

  @Override
  public VmHost as(String actor) {
    return new RemoteHost(connections, subscriptions, Optional.of(new ActorName(actor).text()));
  }

  @Override
  public HostInfo info() {
    return read(Methods.HOST_INFO, Json.object(), HostInfoCodec::read);
  }

  @Override
  public List<DomainSnapshot> list() {
    return read(Methods.LIST, Json.object(), ResultCodec::snapshots);
  }

  @Override
  public DomainSnapshot domain(DomainRef domain) {
    return read(Methods.GET, ArgumentCodec.domain(domain), DomainCodec::read);
  }

  @Override
  public List<DomainStats> stats() {
    return read(Methods.STATS_LIST, Json.object(), StatsCodec::list);
  }

  @Override
  public DomainStats stats(DomainRef domain) {
    return read(Methods.STATS, ArgumentCodec.domain(domain), StatsCodec::read);
  }

  @Override
  public DefinitionView definition(DomainRef domain) {
    return read(Methods.DEFINITION, ArgumentCodec.domain(domain), ResultCodec::definition);
  }

  @Override
  public DefineResult define(DefinitionDocument document, DefineCondition condition) {
    ObjectNode params = ArgumentCodec.document(document);
    ArgumentCodec.condition(params, condition);
    return change(Methods.DEFINE, params, CallOptions.none(), ResultCodec::define);
  }

  @Override
  public void undefine(DomainRef domain) {
    change(Methods.UNDEFINE, ArgumentCodec.domain(domain), CallOptions.none(), Function.identity());
  }

  @Override
  public VerbResult start(
      DomainRef domain, StartMode mode, Resources resources, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(Methods.MODE, WireText.of(mode));
    return give(Methods.START, params, resources, options, ResultCodec::verb);
  }

  /** A call that changes something, and gives what that takes. */
  <T> T give(
      String method,
      ObjectNode params,
      Resources resources,
      CallOptions options,
      Function<JsonNode, T> decoder) {
    ArgumentCodec.resources(params, resources);
    ArgumentCodec.options(params, options);
    if (resources.descriptors().isEmpty()) {
      return change(method, params, options, decoder);
    }
    return RemoteCalls.connectForDescriptors(connections.address())
        .callOnce(
            method,
            onBehalf(params),
            resources.descriptors().values(),
            limit(options.deadline()),
            decoder);
  }

  @Override
  public VerbResult shutdown(DomainRef domain, ShutdownPolicy policy, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ArgumentCodec.policy(params, policy);
    return verb(Methods.SHUTDOWN, params, options);
  }

  @Override
  public List<GuestShutdown> shutdownGuests(ShutdownPolicy policy, CallOptions options) {
    ObjectNode params = Json.object();
    ArgumentCodec.policy(params, policy);
    ArgumentCodec.options(params, options);
    return change(Methods.SHUTDOWN_GUESTS, params, options, GuestShutdownCodec::read);
  }

  @Override
  public VerbResult destroy(DomainRef domain, Duration grace, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(Methods.GRACE, WireValue.millis(grace));
    return verb(Methods.DESTROY, params, options);
  }

  @Override
  public VerbResult reset(DomainRef domain, CallOptions options) {
    return verb(Methods.RESET, ArgumentCodec.domain(domain), options);
  }

  @Override
  public VerbResult pause(DomainRef domain, CallOptions options) {
    return verb(Methods.PAUSE, ArgumentCodec.domain(domain), options);
  }

  @Override
  public VerbResult resume(DomainRef domain, CallOptions options) {
    return verb(Methods.RESUME, ArgumentCodec.domain(domain), options);
  }

  @Override
  public VerbResult attachDisk(
      DomainRef domain,
      DefinitionDocument disk,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    return attach(Methods.ATTACH_DISK, domain, disk, scope, resources, options);
  }

  private VerbResult attach(
      String method,
      DomainRef domain,
      DefinitionDocument document,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    ObjectNode params = ArgumentCodec.document(document);
    params.setAll(ArgumentCodec.domain(domain));
    JobArguments.scope(params, scope);
    return give(method, params, resources, options, ResultCodec::verb);
  }

  @Override
  public List<DiskSummary> disks(DomainRef domain) {
    return read(Methods.DISKS, ArgumentCodec.domain(domain), DiskCodec::list);
  }

  @Override
  public Job detachDisk(
      DomainRef domain, String disk, EditScope scope, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.DISK, disk);
    return detach(Methods.DETACH_DISK, params, scope, job, options);
  }

  private Job detach(
      String method, ObjectNode params, EditScope scope, JobOptions job, CallOptions options) {
    JobArguments.scope(params, scope);
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return change(method, params, options, JobCodec::read);
  }

  @Override
  public VerbResult attachNic(
      DomainRef domain,
      DefinitionDocument nic,
      EditScope scope,
      Resources resources,
      CallOptions options) {
    return attach(Methods.ATTACH_NIC, domain, nic, scope, resources, options);
  }

  @Override
  public List<NicSummary> nics(DomainRef domain) {
    return read(Methods.NICS, ArgumentCodec.domain(domain), NicCodec::list);
  }

  @Override
  public Job detachNic(
      DomainRef domain, String nic, EditScope scope, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.NIC, nic);
    return detach(Methods.DETACH_NIC, params, scope, job, options);
  }

  @Override
  public VerbResult attachShare(
      DomainRef domain, DefinitionDocument share, EditScope scope, CallOptions options) {
    return attach(Methods.ATTACH_SHARE, domain, share, scope, options);
  }

  @Override
  public List<ShareSummary> shares(DomainRef domain) {
    return read(Methods.SHARES, ArgumentCodec.domain(domain), ShareCodec::list);
  }

  @Override
  public Job detachShare(
      DomainRef domain, String share, EditScope scope, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.SHARE, share);
    return detach(Methods.DETACH_SHARE, params, scope, job, options);
  }

  @Override
  public VerbResult attachDevice(
      DomainRef domain, DefinitionDocument device, EditScope scope, CallOptions options) {
    return attach(Methods.ATTACH_DEVICE, domain, device, scope, options);
  }

  private VerbResult attach(
      String method,
      DomainRef domain,
      DefinitionDocument document,
      EditScope scope,
      CallOptions options) {
    ObjectNode params = ArgumentCodec.document(document);
    params.setAll(ArgumentCodec.domain(domain));
    JobArguments.scope(params, scope);
    ArgumentCodec.options(params, options);
    return change(method, params, options, ResultCodec::verb);
  }

  @Override
  public List<DeviceSummary> devices(DomainRef domain) {
    return read(Methods.DEVICES, ArgumentCodec.domain(domain), DeviceCodec::list);
  }

  @Override
  public Job detachDevice(
      DomainRef domain, String device, EditScope scope, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.DEVICE, device);
    return detach(Methods.DETACH_DEVICE, params, scope, job, options);
  }

  @Override
  public Job dumpMemory(DomainRef domain, MemoryDump dump, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    DumpArguments.dump(params, dump);
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return change(Methods.DUMP_MEMORY, params, options, JobCodec::read);
  }

  @Override
  public byte[] screenshot(DomainRef domain, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ArgumentCodec.options(params, options);
    return call(
        CallKind.READ,
        FrontMethods.SCREENSHOT,
        params,
        options.deadline(),
        node -> ResultCodec.bytes(node));
  }

  /** The host may take as long as the keys do. */
  @Override
  public VerbResult sendKeys(DomainRef domain, Keystrokes keys, CallOptions options) {
    return verb(FrontMethods.SEND_KEYS, FrontMethods.keys(domain, keys), options);
  }

  @Override
  public VerbResult injectNmi(DomainRef domain, CallOptions options) {
    return verb(FrontMethods.INJECT_NMI, ArgumentCodec.domain(domain), options);
  }

  @Override
  public Job setCpus(
      DomainRef domain, int cpus, EditScope scope, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(SizingMethods.CPUS, cpus);
    JobArguments.scope(params, scope);
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return change(SizingMethods.SET_CPUS, params, options, JobCodec::read);
  }

  @Override
  public VerbResult setVncPassword(DomainRef domain, VncPassword password, CallOptions options) {
    ObjectNode params = FrontMethods.arguments(domain, password);
    return verb(FrontMethods.SET_VNC_PASSWORD, params, options);
  }

  @Override
  public Job setMemory(
      DomainRef domain, ByteSize size, EditScope scope, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(AdjustMethods.SIZE, size.bytes());
    JobArguments.scope(params, scope);
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return change(SizingMethods.SET_MEMORY, params, options, JobCodec::read);
  }

  @Override
  public Job setBalloon(DomainRef domain, ByteSize size, JobOptions job, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(AdjustMethods.SIZE, size.bytes());
    JobArguments.options(params, job);
    ArgumentCodec.options(params, options);
    return change(SizingMethods.SET_BALLOON, params, options, JobCodec::read);
  }

  @Override
  public VerbResult setThrottle(
      DomainRef domain, String disk, Throttle throttle, EditScope scope, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.DISK, disk);
    params.set(AdjustMethods.THROTTLE, ThrottleDocument.write(throttle));
    JobArguments.scope(params, scope);
    return verb(AdjustMethods.SET_THROTTLE, params, options);
  }

  @Override
  public VerbResult setLatencyHistogram(
      DomainRef domain,
      String disk,
      LatencyBounds latencies,
      EditScope scope,
      CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.DISK, disk);
    latencies.bounds().stream()
        .map(LatencyDocument::text)
        .forEach(params.putArray(AdjustMethods.BOUNDARIES)::add);
    JobArguments.scope(params, scope);
    return verb(AdjustMethods.SET_LATENCY_HISTOGRAM, params, options);
  }

  @Override
  public VerbResult resizeDisk(
      DomainRef domain, String disk, ByteSize size, Shrinking shrinking, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.DISK, disk);
    params.put(AdjustMethods.SIZE, size.bytes());
    params.put(AdjustMethods.SHRINKING, WireText.of(shrinking));
    return verb(AdjustMethods.RESIZE_DISK, params, options);
  }

  @Override
  public VerbResult insertMedium(
      DomainRef domain, String drive, Path medium, EditScope scope, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.DISK, drive);
    params.put(MediaMethods.MEDIUM, medium.toString());
    JobArguments.scope(params, scope);
    return verb(MediaMethods.INSERT, params, options);
  }

  @Override
  public VerbResult ejectMedium(
      DomainRef domain, String drive, Ejection ejection, EditScope scope, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(JobArguments.DISK, drive);
    params.put(MediaMethods.EJECTION, WireText.of(ejection));
    JobArguments.scope(params, scope);
    return verb(MediaMethods.EJECT, params, options);
  }

  @Override
  public VerbResult setLink(
      DomainRef domain, String nic, LinkState link, EditScope scope, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain).put(AdjustMethods.NIC, nic);
    params.put(AdjustMethods.LINK, WireText.of(link));
    JobArguments.scope(params, scope);
    return verb(AdjustMethods.SET_LINK, params, options);
  }

  @Override
  public List<Job> jobs() {
    return read(Methods.JOBS, Json.object(), JobCodec::list);
  }

  @Override
  public Job job(JobId job) {
    return read(Methods.JOB, JobArguments.job(job), JobCodec::read);
  }

  @Override
  public Job awaitJob(JobId job, Duration timeout) {
    ObjectNode params = JobArguments.job(job);
    params.put(ArgumentCodec.TIMEOUT, WireValue.millis(timeout));
    return call(CallKind.READ, Methods.AWAIT_JOB, params, Optional.of(timeout), JobCodec::read);
  }

  @Override
  public Images images() {
    return new RemoteImages(this);
  }

  @Override
  public Backups backups() {
    return new RemoteBackups(this);
  }

  @Override
  public Saves saves() {
    return new RemoteSaves(this);
  }

  @Override
  public Migrations migrations() {
    return new RemoteMigrations(this);
  }

  @Override
  public TargetHost targetHost() {
    return new RemoteTarget(this);
  }

  @Override
  public Job cancelJob(JobId job) {
    return change(Methods.CANCEL_JOB, JobArguments.job(job), CallOptions.none(), JobCodec::read);
  }

  @Override
  public Job pauseJob(JobId job) {
    return change(Methods.PAUSE_JOB, JobArguments.job(job), CallOptions.none(), JobCodec::read);
  }

  @Override
  public Job resumeJob(JobId job) {
    return change(Methods.RESUME_JOB, JobArguments.job(job), CallOptions.none(), JobCodec::read);
  }

  @Override
  public String qmp(
      DomainRef domain, QmpRequest request, Resources resources, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    QmpCodec.request(params, request.with(resources.names()));
    return give(Methods.QMP, params, resources, options, QmpCodec::reply);
  }

  @Override
  public String qmpSchema(DomainRef domain) {
    return read(Methods.QMP_SCHEMA, ArgumentCodec.domain(domain), QmpCodec::schema);
  }

  @Override
  public QmpEvents qmpEvents(DomainRef domain, long after, Duration timeout) {
    ObjectNode params = ArgumentCodec.domain(domain).put(Methods.AFTER, after);
    params.put(ArgumentCodec.TIMEOUT, WireValue.millis(timeout));
    return call(CallKind.READ, Methods.QMP_EVENTS, params, Optional.of(timeout), QmpCodec::events);
  }

  @Override
  public String agent(DomainRef domain, AgentRequest request, CallOptions options) {
    ObjectNode params = ArgumentCodec.domain(domain);
    QmpCodec.request(params, request);
    ArgumentCodec.options(params, options);
    return change(Methods.AGENT, params, options, QmpCodec::reply);
  }

  @Override
  public DomainSnapshot await(DomainRef domain, Set<DomainState> states, Duration timeout) {
    ObjectNode params = ArgumentCodec.domain(domain);
    ArgumentCodec.states(params, states);
    params.put(ArgumentCodec.TIMEOUT, WireValue.millis(timeout));
    return call(CallKind.READ, Methods.AWAIT, params, Optional.of(timeout), DomainCodec::read);
  }

  @Override
  public byte[] log(DomainRef domain, LogKind kind, int maxBytes) {
    ObjectNode params = ArgumentCodec.domain(domain);
    params.put(Methods.KIND, WireText.of(kind)).put(Methods.MAX_BYTES, maxBytes);
    return read(Methods.LOG, params, ResultCodec::bytes);
  }

  @Override
  public Console console(DomainRef domain, ConsoleAccess access) {
    ObjectNode params = onBehalf(ArgumentCodec.domain(domain));
    params.put(Methods.ACCESS, WireText.of(access));
    return connections.open(address -> RemoteConsole.open(address, params, access));
  }

  @Override
  public Console console(DomainRef domain, String name, ConsoleAccess access) {
    ObjectNode params = onBehalf(ArgumentCodec.domain(domain));
    params.put(Methods.PORT, name).put(Methods.ACCESS, WireText.of(access));
    return connections.open(address -> RemoteConsole.open(address, params, access));
  }

  @Override
  public EventRange eventRange() {
    return read(Methods.EVENT_RANGE, Json.object(), EventCodec::range);
  }

  @Override
  public EventStream events(long afterSequence) {
    ObjectNode params = onBehalf(eventsAfter(afterSequence));
    return connections.open(address -> RemoteEvents.open(address, params));
  }

  private static ObjectNode eventsAfter(long sequence) {
    return Json.object().put(Methods.AFTER, sequence);
  }

  @Override
  public EventSubscription subscribe(long afterSequence, EventListener listener) {
    return subscriptions.subscribe(afterSequence, listener);
  }

  /**
   * Asks the host's process to end, which stops no domain.
   *
   * @throws dev.berth.error.UnsupportedException when the host is embedded in another program
   */
  public void stopDaemon() {
    change(Methods.STOP, Json.object(), CallOptions.none(), Function.identity());
  }

  /** Ends every connection: that of calls, and those of subscriptions, streams and consoles. */
  @Override
  public void close(Duration patience) {
    if (actor.isEmpty()) {
      connections.close();
      try {
        subscriptions.close(patience);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private VerbResult verb(String method, ObjectNode params, CallOptions options) {
    ArgumentCodec.options(params, options);
    return change(method, params, options, ResultCodec::verb);
  }

  <T> T change(
      String method, ObjectNode params, CallOptions options, Function<JsonNode, T> decoder) {
    return call(CallKind.CHANGE, method, params, options.deadline(), decoder);
  }

  <T> T read(String method, ObjectNode params, Function<JsonNode, T> decoder) {
    return call(CallKind.READ, method, params, Optional.empty(), decoder);
  }

  /** A call that the host itself is to end by a deadline, and a silent host soon after. */
  <T> T call(
      CallKind kind,
      String method,
      ObjectNode params,
      Optional<Duration> deadline,
      Function<JsonNode, T> decoder) {
    return callUntil(kind, method, params, limit(deadline), decoder);
  }

  /** A call that is not waited for any longer. */
  <T> T callUntil(
      CallKind kind,
      String method,
      ObjectNode params,
      Optional<Duration> limit,
      Function<JsonNode, T> decoder) {
    return connections.calls().call(kind, method, onBehalf(params), limit, decoder);
  }

  private static Optional<Duration> limit(Optional<Duration> deadline) {
    return deadline.map(time -> Duration.ofMillis(WireValue.millis(time)).plus(SLACK));
  }

  private ObjectNode onBehalf(ObjectNode params) {
    actor.ifPresent(name -> params.put(Methods.ON_BEHALF_OF, name));
    return params;
  }
}
