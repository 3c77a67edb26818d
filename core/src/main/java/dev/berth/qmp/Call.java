package dev.berth.qmp;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.json.Json;
import java.io.FileDescriptor;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way: encoded by its caller's thread, written by the selector thread, and ended
 * exactly once. The fields that change belong to the selector thread.
 */
final class Call {

  /** Which of QEMU's two ways in a command takes. */
  enum Lane {
    /** {@code execute}: queued by QEMU behind what came before. */
    IN_BAND("execute"),
    /** {@code exec-oob}: past QEMU's queue. */
    OUT_OF_BAND("exec-oob");

    private final String member;

    Lane(String member) {
      this.member = member;
    }
  }

  private final long id;
  private final String name;
  private final Lane lane;
  private final @Nullable FileDescriptor descriptor;
  private final ByteBuffer frame;
  private final byte[] shown;
  private final boolean secretReply;
  private final long givenNanos = System.nanoTime();

  /** Never completed exceptionally, and never handed to application code. */
  private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

  Call(long id, QmpCommand<?> command, Lane lane, @Nullable FileDescriptor descriptor) {
    this(id, command.command(), command.arguments(), lane, descriptor);
  }

  Call(long id, String name, ObjectNode arguments, Lane lane, @Nullable FileDescriptor descriptor) {
    this.id = id;
    this.name = name;
    this.lane = lane;
    this.descriptor = descriptor;
    ObjectNode masked = Secrets.masked(name, arguments);
    byte[] line = encode(arguments);
    this.frame = ByteBuffer.wrap(line);
    this.shown = masked == arguments ? line : encode(masked);
    this.secretReply = Secrets.inReply(name, arguments);
  }

  private byte[] encode(ObjectNode arguments) {
    ObjectNode message = Json.object().put(lane.member, name);
    if (!arguments.isEmpty()) {
      message.set("arguments", arguments);
    }
    message.put("id", id);
    byte[] json = Json.bytes(message);
    byte[] line = Arrays.copyOf(json, json.length + 1);
    line[json.length] = '\n';
    return line;
  }

  long id() {
    return id;
  }

  String name() {
    return name;
  }

  Lane lane() {
    return lane;
  }

  @Nullable FileDescriptor descriptor() {
    return descriptor;
  }

  /** What is still to be written. */
  ByteBuffer frame() {
    return frame;
  }

  /** Notes the command, its secrets masked. */
  void sentTo(QmpRecorder recorder) {
    recorder.message(QmpRecorder.Direction.SENT, shown, 0, shown.length - 1);
  }

  /** Whether nobody but the caller may see the reply. */
  boolean hasSecretReply() {
    return secretReply;
  }

  int frameBytes() {
    return frame.limit();
  }

  /** Whether QEMU may have seen any of it. */
  boolean isStarted() {
    return frame.position() > 0;
  }

  long ageNanos() {
    return System.nanoTime() - givenNanos;
  }

  CompletableFuture<Outcome> outcome() {
    return outcome;
  }

  void end(Outcome end) {
    outcome.complete(end);
  }
}
