package dev.berth.engine.device;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.definition.DomainDefinition;
import dev.berth.domain.LinkState;
import dev.berth.engine.step.Verb;
import dev.berth.json.Json;
import dev.berth.machine.DeviceSetting;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.machine.NicLink;
import dev.berth.qapi.net.SetLink;
import dev.berth.qmp.QmpConnection;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/**
 * The guest finds the cable of a network interface pulled, or in it again. QEMU does not tell how a
 * link is; but it can be set as often as one likes, so whoever does not know sets it once more.
 */
public record LinkAdjustment(String nic, LinkState link) implements Adjustment {
  public static final String WHAT = "link";

  public static LinkAdjustment read(String nic, ObjectNode facts) {
    return new LinkAdjustment(nic, LinkState.valueOf(facts.path(WHAT).asText()));
  }

  @Override
  public Verb verb() {
    return Verb.ADJUST_NIC;
  }

  @Override
  public String what() {
    return WHAT;
  }

  @Override
  public String subject() {
    return nic;
  }

  @Override
  public String value() {
    return link.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public ObjectNode facts() {
    return Json.object().put(WHAT, link.name());
  }

  @Override
  public boolean isIn(LaunchRecord launch) {
    return NicLink.find(launch, nic).isPresent();
  }

  @Override
  public Optional<DomainDefinition> edited(DomainDefinition definition) {
    return definition.nic(nic).map(present -> definition.replacing(present.linked(link)));
  }

  @Override
  public CompletableFuture<?> act(QmpConnection qmp, LaunchRecord launch) {
    return qmp.send(new SetLink(device(launch).id(), link == LinkState.UP));
  }

  @Override
  public CompletableFuture<Boolean> isDone(QmpConnection qmp, LaunchRecord launch) {
    return act(qmp, launch).thenApply(set -> true);
  }

  private DeviceRecord device(LaunchRecord launch) {
    return NicLink.find(launch, nic).orElseThrow(() -> new IllegalStateException("no nic " + nic));
  }

  @Override
  public LaunchRecord onto(LaunchRecord launch) {
    DeviceRecord device = device(launch);
    return link == LinkState.UP
        ? DeviceSetting.without(launch, NicLink.COMMAND, device.id())
        : DeviceSetting.with(launch, NicLink.step(device.id(), link));
  }
}
