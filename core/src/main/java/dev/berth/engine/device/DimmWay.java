package dev.berth.engine.device;

import dev.berth.domain.ByteSize;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.machine.AssemblyStep.Execute;
import dev.berth.machine.Backend;
import dev.berth.machine.Dimms;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.LaunchRecord.DeviceRecord;
import dev.berth.qapi.machine.MemoryDeviceInfo;
import dev.berth.qapi.machine.MemoryDeviceInfo.Dimm;
import dev.berth.qapi.machine.PCDIMMDeviceInfo;
import dev.berth.qapi.machine.QueryMemoryDevices;
import dev.berth.qapi.qdev.DeviceAdd;
import dev.berth.qapi.qdev.DeviceDel;
import dev.berth.qapi.qom.ObjectAdd;
import dev.berth.qapi.qom.ObjectPropertyInfo;
import dev.berth.qapi.qom.QomList;
import dev.berth.qmp.QmpConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;

/**
 * By DIMMs. One of the whole difference comes at once, whatever the guest does with it; only whole
 * ones go, in the reverse order of their slots, and to let one go is the guest's to say.
 */
public final class DimmWay implements MemoryWay {
  @Override
  public void check(String cannot, ByteSize size, LaunchRecord launch) {
    ByteSize base = launch.hardware().memory();
    long more = size.bytes() - base.bytes() - Dimms.plugged(launch).bytes();
    ByteSize step = Dimms.step(launch);
    if (more % step.bytes() != 0) {
      throw new InvalidRequestException(
          cannot
              + base
              + ", and grows by DIMMs, in steps of "
              + step
              + ": it has "
              + new ByteSize(size.bytes() - more)
              + " now.");
    }
    if (more > 0 && Dimms.of(launch, Dimms.SPARE).isEmpty()) {
      throw new InvalidStateException(
          cannot
              + Dimms.of(launch, Dimms.TAKEN).size()
              + " slots for DIMMs, and all are taken. Give it less first, or change the definition"
              + " only, which takes effect at the next boot.");
    }
    List<Long> sizes = sizes(launch);
    if (more < 0 && !sizes.contains(size.bytes())) {
      throw new InvalidRequestException(
          cannot
              + base
              + ", and only whole DIMMs go out of it: it can go back to "
              + sizes.stream()
                  .map(bytes -> new ByteSize(bytes).toString())
                  .collect(Collectors.joining(" or "))
              + ".");
    }
  }

  /** What is left when none, one, two and more of the DIMMs have gone, the most first. */
  private static List<Long> sizes(LaunchRecord launch) {
    long left = launch.hardware().memory().bytes() + Dimms.plugged(launch).bytes();
    List<Long> sizes = new ArrayList<>();
    for (DeviceRecord slot : lastFirst(launch)) {
      left -= Dimms.size(launch, slot).bytes();
      sizes.add(left);
    }
    return sizes;
  }

  private static List<DeviceRecord> lastFirst(LaunchRecord launch) {
    List<DeviceRecord> taken = Dimms.of(launch, Dimms.TAKEN);
    List<DeviceRecord> reversed = new ArrayList<>();
    taken.forEach(slot -> reversed.add(0, slot));
    return reversed;
  }

  @Override
  public CompletableFuture<Sizing.Standing> look(QmpConnection qmp, LaunchRecord launch) {
    CompletableFuture<List<ObjectPropertyInfo>> objects = qmp.send(new QomList("/objects"));
    return qmp.send(new QueryMemoryDevices())
        .thenCombine(
            objects, (devices, all) -> standing(launch, sizes(launch, devices), names(all)));
  }

  /**
   * Those in the slots of the record; others were plugged in by hand, and are not ours to count.
   */
  private static Map<String, ByteSize> sizes(LaunchRecord launch, List<MemoryDeviceInfo> devices) {
    Set<String> slots = Dimms.ids(launch);
    Map<String, ByteSize> sizes = new HashMap<>();
    for (MemoryDeviceInfo device : devices) {
      if (device instanceof Dimm dimm) {
        PCDIMMDeviceInfo info = dimm.data();
        info.id().filter(slots::contains).ifPresent(id -> sizes.put(id, new ByteSize(info.size())));
      }
    }
    return sizes;
  }

  private static Set<String> names(List<ObjectPropertyInfo> objects) {
    return objects.stream().map(ObjectPropertyInfo::name).collect(Collectors.toSet());
  }

  private static Sizing.Standing standing(
      LaunchRecord launch, Map<String, ByteSize> present, Set<String> objects) {
    List<Backend> left = new ArrayList<>();
    for (DeviceRecord device : launch.devices()) {
      if (Dimms.isOne(device.id())
          && !present.containsKey(device.id())
          && Dimms.source(device) instanceof Backend.QomObject source
          && objects.contains(source.id())) {
        left.add(source);
      }
    }
    long plugged = present.values().stream().mapToLong(ByteSize::bytes).sum();
    return new Sizing.Standing(
        launch.hardware().memory().bytes() + plugged, record -> Dimms.onto(record, present), left);
  }

  /** A DIMM comes whatever the guest makes of it. */
  @Override
  public boolean needsGuest(long from, long to) {
    return to < from;
  }

  @Override
  public CompletableFuture<?> ask(QmpConnection qmp, LaunchRecord launch, ByteSize size) {
    long more = size.bytes() - launch.hardware().memory().bytes() - Dimms.plugged(launch).bytes();
    List<CompletableFuture<?>> asked = new ArrayList<>();
    if (more > 0) {
      Dimms.of(launch, Dimms.SPARE).stream()
          .findFirst()
          .ifPresent(
              slot -> asked.addAll(plug(qmp, Dimms.steps(launch, slot, new ByteSize(more)))));
    }
    long surplus = -more;
    for (DeviceRecord slot : lastFirst(launch)) {
      if (surplus > 0) {
        surplus -= Dimms.size(launch, slot).bytes();
        asked.add(qmp.send(new DeviceDel(slot.id())));
      }
    }
    return CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new));
  }

  private static List<CompletableFuture<?>> plug(QmpConnection qmp, List<Execute> steps) {
    return List.of(
        qmp.send(ObjectAdd.read(steps.get(0).arguments())),
        qmp.send(DeviceAdd.read(steps.get(1).arguments())));
  }
}
