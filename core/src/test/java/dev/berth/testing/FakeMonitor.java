package dev.berth.testing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.ByteArrayOutputStream;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.newsclub.net.unix.AFUNIXSocket;
import org.newsclub.net.unix.FileDescriptorCast;

/** One client of a {@link FakeQemu}. */
final class FakeMonitor {
  private static final int TOO_LONG_BYTES = 20 * 1024 * 1024;
  private static final int CHUNK_BYTES = 64 * 1024;
  private static final int TOO_DEEP = 100_000;

  private final FakeQemu qemu;
  private final AFUNIXSocket socket;
  private final CountDownLatch ended = new CountDownLatch(1);
  private OptionalLong descriptorInode = OptionalLong.empty();
  private Path descriptorFile = Path.of("/nowhere");
  private String status = "running";
  private boolean negotiated;

  FakeMonitor(FakeQemu qemu, AFUNIXSocket socket) {
    this.qemu = qemu;
    this.socket = socket;
    socket.setAncillaryReceiveBufferSize(256);
  }

  /** Talks until somebody hangs up. */
  void serve() {
    try (AFUNIXSocket talking = socket) {
      greet();
      var line = new ByteArrayOutputStream();
      InputStream in = talking.getInputStream();
      byte[] chunk = new byte[64 * 1024];
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        takeDescriptors();
        for (int i = 0; i < count; i++) {
          if (chunk[i] == '\n') {
            command(line.toByteArray());
            line.reset();
          } else {
            line.write(chunk[i]);
          }
        }
      }
    } catch (IOException e) {
      // The client or the test hung up in the middle of something, which is what some tests are
      // for.
      ended.countDown();
    } finally {
      ended.countDown();
    }
  }

  void close() {
    ended.countDown();
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException("The fake QEMU cannot hang up", e);
    }
  }

  void event(String name, JsonNode data) {
    ObjectNode event = Json.object();
    event.putObject("timestamp").put("seconds", 1_700_000_000).put("microseconds", 250_000);
    event.put("event", name);
    if (!data.isEmpty()) {
      event.set("data", data);
    }
    send(event);
  }

  /** Sends a line; a client that is gone does not get it. */
  void send(ObjectNode message) {
    try {
      write(line(message));
    } catch (IOException e) {
      ended.countDown();
    }
  }

  private void greet() throws IOException {
    ObjectNode greeting = Json.object();
    ObjectNode body = greeting.putObject("QMP");
    ObjectNode version = body.putObject("version");
    List<Integer> numbers = qemu.greetedVersion();
    version
        .putObject("qemu")
        .put("major", numbers.get(0))
        .put("minor", numbers.get(1))
        .put("micro", numbers.get(2));
    version.put("package", "fake");
    var capabilities = body.putArray("capabilities");
    if (qemu.offersOutOfBand()) {
      capabilities.add("oob");
    }
    byte[] line = line(greeting);
    switch (qemu.misbehaviour()) {
      case NO_GREETING -> {}
      case GARBAGE_GREETING ->
          write("220 mail.example.org ESMTP\r\n".getBytes(StandardCharsets.US_ASCII));
      case HALF_GREETING_THEN_SILENCE -> write(Arrays.copyOf(line, line.length / 2));
      case CLOSE_BEFORE_GREETING -> socket.close();
      case EVENT_BEFORE_GREETING -> {
        event("RESUME", Json.object());
        write(line);
      }
      default -> write(line);
    }
  }

  private void takeDescriptors() throws IOException {
    FileDescriptor[] received = socket.getReceivedFileDescriptors();
    for (FileDescriptor descriptor : received == null ? new FileDescriptor[0] : received) {
      FileDescriptorCast cast = FileDescriptorCast.using(descriptor);
      Path file = Path.of("/proc/self/fd/" + cast.as(Integer.class));
      // Like QEMU, keep only the latest until a command takes it.
      descriptorInode = OptionalLong.of((Long) Files.getAttribute(file, "unix:ino"));
      descriptorFile = Files.readSymbolicLink(file);
      cast.as(FileInputStream.class).close();
    }
  }

  private void command(byte[] line) throws IOException {
    if (line.length == 0) {
      return;
    }
    JsonNode request = Json.read(line);
    boolean outOfBand = request.has("exec-oob");
    String name = Json.text(request, outOfBand ? "exec-oob" : "execute");
    ObjectNode arguments = Json.optionalObject(request, "arguments").orElse(Json.object());
    OptionalLong inode = takesDescriptor(name) ? descriptorInode : OptionalLong.empty();
    ObjectNode reply = reply(name, arguments, outOfBand);
    qemu.record(new FakeQemu.Received(name, arguments, outOfBand, inode));
    reply.set("id", request.get("id"));
    if (name.equals("qmp_capabilities")) {
      negotiate(reply);
    } else if (!qemu.keeps(name, this, reply)) {
      misreply(reply);
      after(name);
    }
  }

  private static boolean takesDescriptor(String command) {
    return command.equals("add-fd") || command.equals("getfd");
  }

  private ObjectNode reply(String name, ObjectNode arguments, boolean outOfBand) {
    boolean allowed = name.endsWith("yank") || name.startsWith("migrate-");
    if (outOfBand && !allowed) {
      return FakeQemu.refusal("GenericError", "The command " + name + " does not support OOB");
    }
    ObjectNode scripted = qemu.scripted(name, arguments);
    if (scripted != null) {
      return scripted;
    }
    JsonNode known = known(name, arguments);
    if (known == null) {
      return switch (name) {
        case "add-fd", "getfd" ->
            FakeQemu.refusal("GenericError", "No file descriptor supplied via SCM_RIGHTS");
        case "remove-fd", "closefd" ->
            FakeQemu.refusal("GenericError", "File descriptor named so not found");
        default ->
            FakeQemu.refusal("CommandNotFound", "The command " + name + " has not been found");
      };
    }
    ObjectNode reply = Json.object();
    reply.set("return", known);
    return reply;
  }

  private @Nullable JsonNode known(String name, ObjectNode arguments) {
    return switch (name) {
      case "qmp_capabilities", "system_reset", "quit" -> Json.object();
      case "query-status" ->
          Json.object().put("running", status.equals("running")).put("status", status);
      case "query-version" ->
          FakeQemu.parse(
              "{\"qemu\": {\"major\": 7, \"minor\": 2, \"micro\": 22}, \"package\": \"fake\"}");
      case "query-name" -> Json.object().put("name", "fake");
      case "query-yank" -> Json.array();
      case "stop" -> runs("paused", "STOP");
      case "cont" -> runs("running", "RESUME");
      case "add-fd", "getfd" -> descriptorTaken(name, arguments);
      case "remove-fd" -> qemu.fdsets().remove(arguments) ? Json.object() : null;
      case "closefd" -> qemu.fdsets().close(arguments) ? Json.object() : null;
      case "query-fdsets" -> qemu.fdsets().list();
      default -> null;
    };
  }

  private ObjectNode runs(String newStatus, String event) {
    status = newStatus;
    event(event, Json.object());
    return Json.object();
  }

  private @Nullable JsonNode descriptorTaken(String name, ObjectNode arguments) {
    if (descriptorInode.isEmpty()) {
      return null;
    }
    descriptorInode = OptionalLong.empty();
    return name.equals("getfd")
        ? qemu.fdsets().name(arguments, descriptorFile)
        : qemu.fdsets().add(arguments, descriptorFile);
  }

  private void negotiate(ObjectNode reply) throws IOException {
    ObjectNode sent = reply;
    if (qemu.misbehaviour() == Misbehaviour.EVENT_INSIDE_HANDSHAKE) {
      event("RESUME", Json.object());
    } else if (qemu.misbehaviour() == Misbehaviour.REFUSE_CAPABILITIES) {
      sent = FakeQemu.refusal("GenericError", "Capability oob is not available");
      sent.set("id", reply.get("id"));
    }
    write(line(sent));
    negotiated = true;
    if (qemu.misbehaviour() == Misbehaviour.NEVER_READ) {
      try {
        ended.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void misreply(ObjectNode reply) throws IOException {
    if (!negotiated) {
      return;
    }
    byte[] line = line(reply);
    switch (qemu.misbehaviour()) {
      case SILENCE_AFTER_HANDSHAKE -> {}
      case GARBAGE_LINE -> write("{\"return\": {]\r\n".getBytes(StandardCharsets.US_ASCII));
      case ALIEN_LINE -> write("{\"jsonrpc\": \"2.0\"}\r\n".getBytes(StandardCharsets.US_ASCII));
      case HALF_LINE_THEN_SILENCE -> write(Arrays.copyOf(line, line.length / 2));
      case TWENTY_MEBIBYTE_LINE ->
          write("x".repeat(TOO_LONG_BYTES).getBytes(StandardCharsets.US_ASCII));
      case CLOSE_MID_REPLY -> {
        write(Arrays.copyOf(line, line.length / 2));
        socket.close();
      }
      case CLOSE_INSTEAD_OF_REPLY -> socket.close();
      case UNKNOWN_ID -> {
        write(
            "{\"return\": {}, \"id\": 987654321}\r\n{\"return\": {}}\r\n"
                .getBytes(StandardCharsets.US_ASCII));
        write(line);
      }
      case ERROR_WITHOUT_ID ->
          write(line(FakeQemu.refusal("GenericError", "JSON parse error, stray ']'")));
      case REPLY_SPLIT_AT_EVERY_BYTE -> {
        for (byte single : line) {
          write(new byte[] {single});
        }
      }
      case DEEPLY_NESTED_REPLY -> {
        String deep =
            "{\"return\": " + "[".repeat(TOO_DEEP) + "]".repeat(TOO_DEEP) + ", \"id\": 2}\r\n";
        write(deep.getBytes(StandardCharsets.US_ASCII));
      }
      case SECOND_GREETING -> greet();
      default -> write(line);
    }
  }

  private void after(String name) throws IOException {
    if (name.equals("quit")) {
      socket.close();
    } else if (name.equals("system_reset")) {
      event("RESET", Json.object().put("guest", false).put("reason", "host-qmp-system-reset"));
    }
  }

  private static byte[] line(ObjectNode message) {
    byte[] json = Json.bytes(message);
    byte[] line = Arrays.copyOf(json, json.length + 2);
    line[json.length] = '\r';
    line[json.length + 1] = '\n';
    return line;
  }

  private synchronized void write(byte[] bytes) throws IOException {
    OutputStream out = socket.getOutputStream();
    for (int at = 0; at < bytes.length; at += CHUNK_BYTES) {
      out.write(bytes, at, Math.min(CHUNK_BYTES, bytes.length - at));
    }
  }
}
