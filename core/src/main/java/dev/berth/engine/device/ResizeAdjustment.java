package dev.berth.engine.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.engine.step.Verb;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.host.Shrinking;
import dev.berth.json.Json;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.qapi.block.BlockResize;
import dev.berth.qmp.QmpConnection;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** A disk gets another size: its image, and what the guest sees of it. No definition says it. */
public record ResizeAdjustment(String disk, ByteSize size, Shrinking shrinking)
    implements Adjustment {
  public static final String WHAT = "size";
  private static final int SECTOR = 512;

  public ResizeAdjustment {
    if (size.bytes() == 0 || size.bytes() % SECTOR != 0) {
      throw new InvalidRequestException(
          "size: must be a multiple of " + SECTOR + "B and not 0, is " + size + ".");
    }
  }

  public static ResizeAdjustment read(String disk, ObjectNode facts) {
    return new ResizeAdjustment(
        disk,
        new ByteSize(facts.path(WHAT).asLong()),
        Shrinking.valueOf(facts.path("shrinking").asText()));
  }

  @Override
  public Verb verb() {
    return Verb.ADJUST_DISK;
  }

  @Override
  public String what() {
    return WHAT;
  }

  @Override
  public String subject() {
    return disk;
  }

  @Override
  public String value() {
    return size.toString();
  }

  @Override
  public ObjectNode facts() {
    return Json.object().put(WHAT, size.bytes()).put("shrinking", shrinking.name());
  }

  @Override
  public boolean isIn(LaunchRecord launch) {
    return DiskBackend.find(launch, disk).isPresent();
  }

  @Override
  public Optional<DomainDefinition> edited(DomainDefinition definition) {
    return Optional.empty();
  }

  @Override
  public void check(DomainName domain, Optional<LaunchRecord> launch) {
    if (launch.isEmpty()) {
      throw new InvalidStateException(
          cannot(domain.text())
              + "it has no machine, whose QEMU would have to do it. Start the domain, or resize the"
              + " image with 'qemu-img resize'.");
    }
    if (DiskBackend.device(launch.get(), disk).nodes().isEmpty()) {
      throw new InvalidStateException(cannot(domain.text()) + "there is no medium in it.");
    }
  }

  @Override
  public CompletableFuture<Void> allowed(QmpConnection qmp, LaunchRecord launch) {
    return size(qmp, launch)
        .thenAccept(
            present -> {
              if (shrinking == Shrinking.REFUSED
                  && present.filter(now -> now > size.bytes()).isPresent()) {
                throw new CompletionException(
                    new InvalidRequestException(
                        cannot(launch.subject().name().text())
                            + "it has "
                            + new ByteSize(present.get())
                            + ", and shrinking it to "
                            + size
                            + " would lose what is at its end. Say that it may shrink, if that is"
                            + " what you want."));
              }
            });
  }

  private String cannot(String domain) {
    return "Cannot resize disk '" + disk + "' of domain '" + domain + "': ";
  }

  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    DeviceRecord device = DiskBackend.device(launch, disk);
    return qmp.send(
        new BlockResize(Optional.empty(), Optional.of(device.nodes().get(0)), size.bytes()));
  }

  @Override
  public CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch) {
    return size(qmp, launch).thenApply(present -> present.equals(Optional.of(size.bytes())));
  }

  private CompletableFuture<Optional<Long>> size(QmpConnection qmp, LaunchRecord launch) {
    return DiskBackend.query(qmp, DiskBackend.device(launch, disk))
        .thenApply(medium -> medium.flatMap(it -> it.image()).map(image -> image.virtualSize()));
  }

  @Override
  public LaunchRecord onto(LaunchRecord launch) {
    return launch;
  }
}
