package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.error.AlreadyExistsException;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidDefinitionException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DeviceSummary;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.VerbResult;
import dev.berth.job.Job;
import dev.berth.job.JobKind;
import dev.berth.job.JobState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Small devices that come and go. Guests here are paused, so that they let go of nothing. What
 * holds for jobs of each kind is in {@link DiskContract}.
 */
public interface DeviceContract {

  /** The host under test. */
  HostRig rig();

  @Test
  default void aDeviceIsAddedToTheMachineAndTheDefinition() throws Exception {
    rig().webIs(DomainState.PAUSED);
    long before = rig().host().eventRange().newest();

    VerbResult result = attachDevice("device: watchdog\naction: pause\n", EditScope.BOTH);

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(rig().host().definition(WEB).json()).contains("\"watchdog\":\"pause\"");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(new EventBody.DeviceAttached("watchdog"), new EventBody.Redefined(2));
    assertThat(rig().errorOf(host -> attachDevice("device: watchdog", EditScope.LIVE)))
        .isEqualTo(AlreadyExistsException.class);
  }

  @Test
  default void theDevicesOfTheMachineAndTheDefinitionAreListed() {
    rig().webIs(DomainState.PAUSED);
    attachDevice("device: usb", EditScope.LIVE);
    attachDevice("device: watchdog", EditScope.CONFIG);
    Job job = detachDevice("rng", EditScope.BOTH);

    assertThat(rig().host().devices(WEB))
        .extracting(DeviceSummary::name)
        .containsExactly("rng", "balloon", "usb", "watchdog");
    assertThat(rig().host().devices(WEB))
        .extracting(DeviceSummary::scope)
        .containsExactly(EditScope.BOTH, EditScope.BOTH, EditScope.LIVE, EditScope.CONFIG);
    assertThat(rig().host().devices(WEB).get(0).leaving()).isEqualTo(Optional.of(job.id()));
    assertThat(rig().host().devices(WEB).get(2).place()).isPresent();
    assertThat(rig().host().devices(WEB).get(3).place()).isEmpty();
    assertThat(rig().errorOf(host -> host.devices(NONE))).isEqualTo(NotFoundException.class);
  }

  @Test
  default void whatOnlyABootCanChangeIsRefusedWithThatAdvice() {
    rig().webIs(DomainState.PAUSED);

    for (String device : new String[] {"agent", "console", "panic", "video"}) {
      assertThatExceptionOfType(InvalidDefinitionException.class)
          .isThrownBy(() -> attachDevice("device: " + device, EditScope.BOTH))
          .withMessageContaining("next boot");
    }
    for (String bad :
        new String[] {
          "device: toaster", "device: vsock", "{device: rng, cid: 3}", "{device: usb, action: none}"
        }) {
      assertThat(rig().errorOf(host -> attachDevice(bad, EditScope.BOTH)))
          .as(bad)
          .isEqualTo(InvalidDefinitionException.class);
    }
    assertThat(rig().host().domain(WEB).definition().revision()).isEqualTo(1);
  }

  @Test
  default void aMachineHasSeveralChannelsEachWithItsName() {
    rig().webIs(DomainState.PAUSED);

    attachDevice("{device: channel, name: org.example.chan.0}", EditScope.BOTH);
    attachDevice("{device: channel, name: org.example.chan.1}", EditScope.LIVE);

    assertThat(rig().host().definition(WEB).json())
        .contains("\"channels\":[\"org.example.chan.0\"]");
    List<DeviceSummary> channels =
        rig().host().devices(WEB).stream()
            .filter(device -> device.kind().equals("channel"))
            .toList();
    assertThat(channels)
        .extracting(DeviceSummary::name)
        .containsExactly("org.example.chan.0", "org.example.chan.1");
    assertThat(channels).allMatch(channel -> channel.socket().isPresent());
    assertThat(channels).extracting(DeviceSummary::socket).doesNotHaveDuplicates();
    for (EditScope scope : EditScope.values()) {
      assertThat(
              rig()
                  .errorOf(
                      host -> attachDevice("{device: channel, name: org.example.chan.0}", scope)))
          .isEqualTo(AlreadyExistsException.class);
    }
  }

  @Test
  default void aSerialPortOnPciTakesAPlaceAndHasItsName() {
    rig().webIs(DomainState.PAUSED);

    attachDevice("{device: pci-serial, name: log}", EditScope.BOTH);

    assertThat(rig().host().definition(WEB).json()).contains("\"pci-serials\":[\"log\"]");
    DeviceSummary log =
        rig().host().devices(WEB).stream()
            .filter(device -> device.name().equals("log"))
            .findFirst()
            .orElseThrow();
    assertThat(log.kind()).isEqualTo("pci-serial");
    assertThat(log.place()).isPresent();
    assertThat(log.socket()).isPresent();
    assertThat(rig().errorOf(host -> attachDevice("device: pci-serial", EditScope.BOTH)))
        .isEqualTo(InvalidDefinitionException.class);
    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> attachDevice("{device: pci-serial, name: org.example}", EditScope.BOTH))
        .withMessageContaining("org.example");
    assertThat(detachDevice("log", EditScope.BOTH).status().state()).isEqualTo(JobState.RUNNING);
  }

  @Test
  default void aChannelThatCannotBeIsRefusedByItsName() {
    rig().webIs(DomainState.PAUSED);

    for (String name : new String[] {"org.qemu.guest_agent.0", "watchdog", "a b", "-x"}) {
      assertThatExceptionOfType(InvalidDefinitionException.class)
          .as(name)
          .isThrownBy(() -> attachDevice("{device: channel, name: '" + name + "'}", EditScope.BOTH))
          .withMessageContaining("name");
    }
    for (String bad : new String[] {"device: channel", "{device: rng, name: org.example.0}"}) {
      assertThat(rig().errorOf(host -> attachDevice(bad, EditScope.BOTH)))
          .as(bad)
          .isEqualTo(InvalidDefinitionException.class);
    }
    assertThat(rig().host().domain(WEB).definition().revision()).isEqualTo(1);
  }

  @Test
  default void withoutAMachineDevicesComeAndGoInTheDefinition() {
    rig().webIs(DomainState.SHUTOFF);

    attachDevice("device: tablet", EditScope.BOTH);
    attachDevice("device: keyboard", EditScope.BOTH);
    attachDevice("{device: vsock, cid: 7}", EditScope.CONFIG);
    attachDevice("{device: channel, name: org.example.chan.0}", EditScope.CONFIG);
    assertThat(rig().host().definition(WEB).json())
        .contains("\"usb\":[\"tablet\",\"keyboard\"]", "\"vsock\":7");
    assertThat(rig().errorOf(host -> attachDevice("device: rng", EditScope.CONFIG)))
        .isEqualTo(AlreadyExistsException.class);

    for (String name :
        new String[] {
          "tablet", "keyboard", "usb", "vsock", "rng", "balloon", "org.example.chan.0"
        }) {
      assertThat(detachDevice(name, EditScope.BOTH).status().state()).isEqualTo(JobState.SUCCEEDED);
    }

    assertThat(rig().host().devices(WEB)).isEmpty();
    assertThat(rig().errorOf(host -> detachDevice("rng", EditScope.CONFIG)))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void aPausedGuestLetsNoDeviceGoAndTheJobIsInTheWay() throws Exception {
    rig().webIs(DomainState.PAUSED);
    long before = rig().host().eventRange().newest();

    Job job = detachDevice("rng", EditScope.BOTH);

    assertThat(job.status().state()).isEqualTo(JobState.RUNNING);
    assertThat(job.target().kind()).isEqualTo(JobKind.DETACH_DEVICE);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .containsExactly(new EventBody.JobStarted(job.id().text(), "detach-device", "rng"));
    assertThatExceptionOfType(BusyException.class)
        .isThrownBy(() -> detachDevice("rng", EditScope.LIVE))
        .withMessageContaining(job.id().text());
    assertThat(rig().host().cancelJob(job.id()).status().state()).isEqualTo(JobState.CANCELLED);
  }

  @Test
  default void iothreadsComeAndGoUnlessADiskIsServed(@TempDir Path images) throws Exception {
    rig().webIs(DomainState.PAUSED);
    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> attachServed(images, "io1", EditScope.LIVE))
        .withMessageContaining("iothread");

    attachDevice("{device: iothread, name: io1}", EditScope.BOTH);
    attachDevice("{device: iothread, name: io2}", EditScope.BOTH);
    attachServed(images, "io1", EditScope.BOTH);

    assertThat(rig().host().definition(WEB).json())
        .contains("\"iothreads\":[\"io1\",\"io2\"]", "\"iothread\":\"io1\"");
    assertThat(rig().host().devices(WEB))
        .extracting(DeviceSummary::name)
        .containsExactly("rng", "balloon", "iothread-io1", "iothread-io2");
    assertThat(rig().host().devices(WEB).get(2).place()).isEmpty();
    assertThat(rig().errorOf(host -> attachDevice("{device: iothread, name: io1}", EditScope.LIVE)))
        .isEqualTo(AlreadyExistsException.class);
    assertThatExceptionOfType(InvalidStateException.class)
        .isThrownBy(() -> detachDevice("iothread-io1", EditScope.BOTH))
        .withMessageContaining("'data'");
    assertThatExceptionOfType(InvalidDefinitionException.class)
        .isThrownBy(() -> detachDevice("iothread-io1", EditScope.CONFIG))
        .withMessageContaining("disks[0].iothread");

    Job free = detachDevice("iothread-io2", EditScope.BOTH);
    assertThat(rig().host().awaitJob(free.id(), HostRig.PATIENCE).status().phase())
        .isEqualTo("removed");
    assertThat(rig().host().definition(WEB).json()).contains("\"iothreads\":[\"io1\"]");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
  }

  @Test
  default void anIothreadHasANameAndOnlyThat() {
    rig().webIs(DomainState.SHUTOFF);

    for (String bad :
        new String[] {
          "device: iothread",
          "{device: iothread, name: IO}",
          "{device: rng, name: io1}",
          "{device: channel, name: iothread-io1}",
          "{device: iothread, name: io1, cid: 3}"
        }) {
      assertThat(rig().errorOf(host -> attachDevice(bad, EditScope.BOTH)))
          .as(bad)
          .isEqualTo(InvalidDefinitionException.class);
    }
  }

  private void attachServed(Path images, String thread, EditScope scope) {
    try {
      Path image = Files.write(images.resolve("data.raw"), new byte[1 << 20]);
      rig()
          .host()
          .attachDisk(
              WEB,
              rig()
                  .document(
                      "{name: data, format: raw, file: " + image + ", iothread: " + thread + "}"),
              scope,
              CallOptions.within(HostRig.PATIENCE));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private VerbResult attachDevice(String document, EditScope scope) {
    return rig()
        .host()
        .attachDevice(WEB, rig().document(document), scope, CallOptions.within(HostRig.PATIENCE));
  }

  private Job detachDevice(String name, EditScope scope) {
    return rig()
        .host()
        .detachDevice(WEB, name, scope, JobOptions.none(), CallOptions.within(HostRig.PATIENCE));
  }
}
