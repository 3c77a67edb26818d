package dev.berth.control;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainState;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.UnsupportedException;
import dev.berth.host.CallOptions;
import dev.berth.host.DomainRef;
import dev.berth.host.LogKind;
import dev.berth.host.StartMode;
import dev.berth.host.VmHost;
import dev.berth.job.JobCodec;
import dev.berth.json.Json;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Every method of the protocol: its name, its parameters, and the call on the host it stands for.
 */
final class Methods {
  static final String HELLO = "hello";
  static final String HOST_INFO = "host.info";
  static final String LIST = "domain.list";
  static final String GET = "domain.get";
  static final String STATS_LIST = "stats.list";
  static final String STATS = "stats.get";
  static final String DEFINITION = "domain.definition";
  static final String DEFINE = "domain.define";
  static final String UNDEFINE = "domain.undefine";
  static final String START = "domain.start";
  static final String SHUTDOWN = "domain.shutdown";
  static final String SHUTDOWN_GUESTS = "guests.shutdown";
  static final String DESTROY = "domain.destroy";
  static final String RESET = "domain.reset";
  static final String PAUSE = "domain.pause";
  static final String RESUME = "domain.resume";
  static final String ATTACH_DISK = "domain.attach-disk";
  static final String DISKS = "domain.disks";
  static final String DETACH_DISK = "domain.detach-disk";
  static final String ATTACH_NIC = "domain.attach-nic";
  static final String NICS = "domain.nics";
  static final String DETACH_NIC = "domain.detach-nic";
  static final String ATTACH_SHARE = "domain.attach-share";
  static final String SHARES = "domain.shares";
  static final String DETACH_SHARE = "domain.detach-share";
  static final String ATTACH_DEVICE = "domain.attach-device";
  static final String DEVICES = "domain.devices";
  static final String DETACH_DEVICE = "domain.detach-device";
  static final String DUMP_MEMORY = "domain.dump-memory";
  static final String QMP = "domain.qmp";
  static final String QMP_SCHEMA = "domain.qmp-schema";
  static final String QMP_EVENTS = "domain.qmp-events";
  static final String AGENT = "domain.agent";
  static final String AWAIT = "domain.await";
  static final String LOG = "domain.log";
  static final String JOBS = "job.list";
  static final String JOB = "job.get";
  static final String AWAIT_JOB = "job.await";
  static final String CANCEL_JOB = "job.cancel";
  static final String PAUSE_JOB = "job.pause";
  static final String RESUME_JOB = "job.resume";
  static final String EVENT_RANGE = "events.range";
  static final String SUBSCRIBE = "events.subscribe";
  static final String EVENT = "event";
  static final String CONSOLE = "console.open";
  static final String STOP = "daemon.stop";

  /** Taken by every method: whom the caller acts for. */
  static final String ON_BEHALF_OF = "onBehalfOf";

  static final String PROTOCOL = "protocol";
  static final String VERSION = "version";
  static final String MODE = "mode";
  static final String GRACE = "graceMillis";
  static final String KIND = "kind";
  static final String MAX_BYTES = "maxBytes";
  static final String AFTER = "after";
  static final String ACCESS = "access";

  /** Which port of a machine is meant, in place of its console. */
  static final String PORT = "name";

  private static final int MAX_LOG_BYTES = 16 * 1024 * 1024;

  /** What a client may call that may only look. */
  private static final Set<String> READING =
      Set.of(
          HELLO,
          HOST_INFO,
          LIST,
          GET,
          STATS_LIST,
          STATS,
          DEFINITION,
          QMP_SCHEMA,
          QMP_EVENTS,
          AWAIT,
          LOG,
          DISKS,
          NICS,
          SHARES,
          DEVICES,
          JOBS,
          JOB,
          AWAIT_JOB,
          FrontMethods.SCREENSHOT,
          EVENT_RANGE,
          SUBSCRIBE,
          CONSOLE); // for reading only

  private final Map<String, Method> byName = new LinkedHashMap<>();

  /**
   * The table.
   *
   * @param stop what {@code daemon.stop} does
   */
  Methods(Runnable stop) {
    addHost(stop);
    addDefinitions();
    addVerbs();
    DeviceMethods.addTo(this);
    new AdjustMethods(this).add();
    FrontMethods.addTo(this);
    new SizingMethods(this).add();
    new MediaMethods(this).add();
    new ImageMethods(this).add();
    BackupMethods.addTo(this);
    ExportMethods.addTo(this);
    SaveMethods.addTo(this);
    MigrationMethods.addTo(this);
    ArrivalMethods.addTo(this);
    addQmp();
    addAgent();
    addJobs();
    addWatching();
  }

  Optional<Method> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  Set<String> names() {
    return byName.keySet();
  }

  private void addHost(Runnable stop) {
    look(HELLO, Methods::hello, PROTOCOL, VERSION);
    call(HOST_INFO, (host, params) -> HostInfoCodec.write(host.info()));
    call(
        STOP,
        (host, params) -> {
          stop.run();
          return Json.object();
        });
  }

  private void addDefinitions() {
    look(LIST, (host, params) -> ResultCodec.write(host.list()));
    look(
        GET,
        (host, params) -> DomainCodec.write(host.domain(ArgumentCodec.domain(params))),
        ArgumentCodec.DOMAIN);
    look(STATS_LIST, (host, params) -> StatsCodec.write(host.stats()));
    look(
        STATS,
        (host, params) -> StatsCodec.write(host.stats(ArgumentCodec.domain(params))),
        ArgumentCodec.DOMAIN);
    call(
        DEFINITION,
        (host, params) -> ResultCodec.write(host.definition(ArgumentCodec.domain(params))),
        ArgumentCodec.DOMAIN);
    call(
        DEFINE,
        (host, params) ->
            ResultCodec.write(
                host.define(ArgumentCodec.document(params), ArgumentCodec.condition(params))),
        ArgumentCodec.TEXT,
        ArgumentCodec.ORIGIN,
        ArgumentCodec.BASE_DIRECTORY,
        ArgumentCodec.CONDITION);
    call(
        UNDEFINE,
        (host, params) -> {
          host.undefine(ArgumentCodec.domain(params));
          return Json.object();
        },
        ArgumentCodec.DOMAIN);
  }

  private void addVerbs() {
    call(
        START,
        Methods::start,
        ArgumentCodec.DOMAIN,
        MODE,
        ArgumentCodec.DESCRIPTORS,
        ArgumentCodec.SECRETS,
        ArgumentCodec.DEADLINE);
    call(
        SHUTDOWN,
        Methods::shutdown,
        ArgumentCodec.DOMAIN,
        ArgumentCodec.TIMEOUT,
        ArgumentCodec.AFTERWARDS,
        ArgumentCodec.DEADLINE);
    call(
        SHUTDOWN_GUESTS,
        (host, params) ->
            GuestShutdownCodec.write(
                host.shutdownGuests(ArgumentCodec.policy(params), ArgumentCodec.options(params))),
        ArgumentCodec.TIMEOUT,
        ArgumentCodec.AFTERWARDS,
        ArgumentCodec.DEADLINE);
    call(DESTROY, Methods::destroy, ArgumentCodec.DOMAIN, GRACE, ArgumentCodec.DEADLINE);
    call(RESET, Methods::reset, ArgumentCodec.DOMAIN, ArgumentCodec.DEADLINE);
    call(PAUSE, Methods::pause, ArgumentCodec.DOMAIN, ArgumentCodec.DEADLINE);
    call(RESUME, Methods::resume, ArgumentCodec.DOMAIN, ArgumentCodec.DEADLINE);
  }

  private void addJobs() {
    call(
        DUMP_MEMORY,
        (host, params) ->
            JobCodec.write(
                host.dumpMemory(
                    ArgumentCodec.domain(params),
                    DumpArguments.dump(params),
                    JobArguments.options(params),
                    ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        DumpArguments.FILE,
        DumpArguments.FORMAT,
        DumpArguments.EXISTING,
        JobArguments.KEY,
        ArgumentCodec.DEADLINE);
    call(JOBS, (host, params) -> JobCodec.write(host.jobs()));
    call(
        JOB,
        (host, params) -> JobCodec.write(host.job(JobArguments.job(params))),
        JobArguments.JOB);
    call(
        AWAIT_JOB,
        (host, params) ->
            JobCodec.write(
                host.awaitJob(JobArguments.job(params), params.millis(ArgumentCodec.TIMEOUT))),
        JobArguments.JOB,
        ArgumentCodec.TIMEOUT);
    call(
        CANCEL_JOB,
        (host, params) -> JobCodec.write(host.cancelJob(JobArguments.job(params))),
        JobArguments.JOB);
    call(
        PAUSE_JOB,
        (host, params) -> JobCodec.write(host.pauseJob(JobArguments.job(params))),
        JobArguments.JOB);
    call(
        RESUME_JOB,
        (host, params) -> JobCodec.write(host.resumeJob(JobArguments.job(params))),
        JobArguments.JOB);
  }

  private void addQmp() {
    call(
        QMP,
        (host, params) ->
            QmpCodec.reply(
                host.qmp(
                    ArgumentCodec.domain(params),
                    QmpCodec.request(params),
                    ArgumentCodec.resources(params),
                    ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        QmpCodec.COMMAND,
        QmpCodec.ARGUMENTS,
        QmpCodec.CHECK,
        QmpCodec.LANE,
        ArgumentCodec.DESCRIPTORS,
        ArgumentCodec.DEADLINE);
    call(
        QMP_SCHEMA,
        (host, params) -> QmpCodec.schema(host.qmpSchema(ArgumentCodec.domain(params))),
        ArgumentCodec.DOMAIN);
    call(
        QMP_EVENTS,
        (host, params) ->
            QmpCodec.write(
                host.qmpEvents(
                    ArgumentCodec.domain(params),
                    params.number(AFTER),
                    params.millis(ArgumentCodec.TIMEOUT))),
        ArgumentCodec.DOMAIN,
        AFTER,
        ArgumentCodec.TIMEOUT);
  }

  private void addAgent() {
    call(
        AGENT,
        (host, params) ->
            QmpCodec.reply(
                host.agent(
                    ArgumentCodec.domain(params),
                    QmpCodec.agentRequest(params),
                    ArgumentCodec.options(params))),
        ArgumentCodec.DOMAIN,
        QmpCodec.COMMAND,
        QmpCodec.ARGUMENTS,
        QmpCodec.CHECK,
        ArgumentCodec.DEADLINE);
  }

  private void addWatching() {
    call(AWAIT, Methods::await, ArgumentCodec.DOMAIN, ArgumentCodec.STATES, ArgumentCodec.TIMEOUT);
    call(LOG, Methods::log, ArgumentCodec.DOMAIN, KIND, MAX_BYTES);
    call(EVENT_RANGE, (host, params) -> EventCodec.write(host.eventRange()));
    add(SUBSCRIBE, Method.Kind.SUBSCRIPTION, (host, params) -> Json.object(), AFTER);
    add(
        CONSOLE,
        Method.Kind.UPGRADE,
        (host, params) -> Json.object(),
        ArgumentCodec.DOMAIN,
        PORT,
        ACCESS);
  }

  private void look(String name, Method.Handler handler, String... parameters) {
    add(name, Method.Kind.LOOK, handler, parameters);
  }

  void call(String name, Method.Handler handler, String... parameters) {
    add(name, Method.Kind.CALL, handler, parameters);
  }

  private void add(String name, Method.Kind kind, Method.Handler handler, String... parameters) {
    Set<String> names = new HashSet<>(Set.of(parameters));
    names.add(ON_BEHALF_OF);
    if (names.contains(ArgumentCodec.DEADLINE)) {
      names.add(ArgumentCodec.TURN);
    }
    boolean looksOnly = READING.contains(name) || ImageMethods.READING.contains(name);
    Access needs = looksOnly ? Access.READ_ONLY : Access.FULL;
    byName.put(name, new Method(name, kind, needs, Set.copyOf(names), handler));
  }

  private static ObjectNode hello(VmHost host, Params params) {
    String version = host.info().version();
    int protocol = params.integer(PROTOCOL);
    params.optionalText(VERSION); // nobody decides by it, but it is a text like others
    if (protocol != Protocol.VERSION) {
      throw new UnsupportedException(
          "This host (Berth "
              + version
              + ") speaks version "
              + Protocol.VERSION
              + " of the control protocol, not "
              + protocol
              + ". Use a client of the host's version.");
    }
    return Json.object().put(PROTOCOL, Protocol.VERSION).put(VERSION, version);
  }

  private static JsonNode start(VmHost host, Params params) {
    DomainRef domain = ArgumentCodec.domain(params);
    StartMode mode = params.optionalConstant(MODE, StartMode.class).orElse(StartMode.RUNNING);
    CallOptions options = ArgumentCodec.options(params);
    return ResultCodec.write(host.start(domain, mode, ArgumentCodec.resources(params), options));
  }

  private static JsonNode shutdown(VmHost host, Params params) {
    return ResultCodec.write(
        host.shutdown(
            ArgumentCodec.domain(params),
            ArgumentCodec.policy(params),
            ArgumentCodec.options(params)));
  }

  private static JsonNode destroy(VmHost host, Params params) {
    return ResultCodec.write(
        host.destroy(
            ArgumentCodec.domain(params), params.millis(GRACE), ArgumentCodec.options(params)));
  }

  private static JsonNode reset(VmHost host, Params params) {
    return ResultCodec.write(
        host.reset(ArgumentCodec.domain(params), ArgumentCodec.options(params)));
  }

  private static JsonNode pause(VmHost host, Params params) {
    return ResultCodec.write(
        host.pause(ArgumentCodec.domain(params), ArgumentCodec.options(params)));
  }

  private static JsonNode resume(VmHost host, Params params) {
    return ResultCodec.write(
        host.resume(ArgumentCodec.domain(params), ArgumentCodec.options(params)));
  }

  private static JsonNode await(VmHost host, Params params) {
    DomainRef domain = ArgumentCodec.domain(params);
    Set<DomainState> states = ArgumentCodec.states(params);
    return DomainCodec.write(host.await(domain, states, params.millis(ArgumentCodec.TIMEOUT)));
  }

  private static JsonNode log(VmHost host, Params params) {
    DomainRef domain = ArgumentCodec.domain(params);
    LogKind kind = params.constant(KIND, LogKind.class);
    int maxBytes = params.integer(MAX_BYTES);
    if (maxBytes < 1 || maxBytes > MAX_LOG_BYTES) {
      throw new InvalidRequestException(
          "Parameter '"
              + MAX_BYTES
              + "' of "
              + LOG
              + " should be 1 to "
              + MAX_LOG_BYTES
              + ", but it is "
              + maxBytes
              + ".");
    }
    return ResultCodec.bytes(host.log(domain, kind, maxBytes));
  }
}
