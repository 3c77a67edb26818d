package dev.berth.testing.contract;

import static dev.berth.testing.contract.HostRig.NONE;
import static dev.berth.testing.contract.HostRig.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.berth.definition.DefinitionDocument;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainState;
import dev.berth.domain.EventBody;
import dev.berth.domain.LatencyBounds;
import dev.berth.domain.LinkState;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import dev.berth.error.BusyException;
import dev.berth.error.InvalidRequestException;
import dev.berth.error.InvalidStateException;
import dev.berth.error.NotFoundException;
import dev.berth.host.CallOptions;
import dev.berth.host.DefineCondition;
import dev.berth.host.EditScope;
import dev.berth.host.JobOptions;
import dev.berth.host.Shrinking;
import dev.berth.host.StartMode;
import dev.berth.host.VerbResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a domain has is set another way, while its machine runs or without one. */
public interface AdjustContract {

  /** Limits of every kind that can be combined. */
  Throttle LIMITS =
      new Throttle(
          Rates.ofTotal(new Rate(50 << 20, 100 << 20, 10)),
          new Rates(Rate.UNLIMITED, Rate.of(500), new Rate(100, 200, 1)),
          Optional.empty());

  /** The host under test. */
  HostRig rig();

  @Test
  default void limitsOfADiskAreInForceAndInTheDefinition(@TempDir Path images) throws Exception {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    long before = rig().host().eventRange().newest();

    VerbResult result = throttle("data", LIMITS, EditScope.BOTH);

    assertThat(result.effect()).isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(definition())
        .contains(
            "\"throttle\":{\"bytes\":\"50MiB burst 100MiB for 10s\",\"read-operations\":500,"
                + "\"write-operations\":\"100 burst 200\"}");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(new EventBody.Redefined(3))
        .anyMatch(
            body ->
                body instanceof EventBody.Adjusted adjusted
                    && adjusted.what().equals("throttle")
                    && adjusted.subject().equals("data"));
    throttle("data", Throttle.NONE, EditScope.BOTH);
    assertThat(definition()).doesNotContain("throttle");
  }

  @Test
  default void limitsOfTheMachineAloneAreInNoDefinition(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);

    throttle("data", LIMITS, EditScope.LIVE);

    assertThat(definition()).doesNotContain("throttle");
    assertThat(rig().host().definition(WEB).revision()).isEqualTo(2);
  }

  @Test
  default void withoutAMachineLimitsAreInTheDefinition(@TempDir Path images) {
    rig().webIs(DomainState.SHUTOFF);
    attach(images, "data", EditScope.CONFIG);

    assertThat(throttle("data", LIMITS, EditScope.BOTH).effect())
        .isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(throttle("data", LIMITS, EditScope.CONFIG).effect())
        .isEqualTo(VerbResult.Effect.ALREADY);

    assertThat(definition()).contains("\"throttle\"");
    assertThat(rig().errorOf(host -> throttle("data", LIMITS, EditScope.LIVE)))
        .isEqualTo(InvalidStateException.class);
  }

  @Test
  default void disksOfOneGroupHaveOneLimit(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    attach(images, "more", EditScope.BOTH);
    throttle("data", of(100), EditScope.BOTH);

    throttle("more", of(200), EditScope.BOTH);

    assertThat(definition())
        .containsPattern("\"data\".*\"operations\":200.*\"more\".*\"operations\":200")
        .doesNotContain("\"operations\":100");
  }

  @Test
  default void latenciesOfADiskAreCountedAndNoMore(@TempDir Path images) throws Exception {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    long before = rig().host().eventRange().newest();
    LatencyBounds bounds =
        new LatencyBounds(List.of(Duration.ofNanos(100_000), Duration.ofMillis(2)));

    assertThat(latencies("data", bounds, EditScope.BOTH).effect())
        .isEqualTo(VerbResult.Effect.CHANGED);
    assertThat(definition()).contains("\"latency-histogram\":[\"100us\",\"2ms\"]");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    latencies("data", LatencyBounds.USUAL, EditScope.CONFIG);
    assertThat(definition()).contains("\"latency-histogram\":true");
    assertThat(latencies("data", LatencyBounds.USUAL, EditScope.CONFIG).effect())
        .isEqualTo(VerbResult.Effect.ALREADY);
    latencies("data", LatencyBounds.NONE, EditScope.BOTH);
    assertThat(definition()).doesNotContain("latency");
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.Adjusted("latency-histogram", "data", "100us 2ms"),
            new EventBody.Adjusted("latency-histogram", "data", "none"));
  }

  private static Throttle of(long operations) {
    return new Throttle(Rates.UNLIMITED, Rates.ofTotal(Rate.of(operations)), Optional.of("shared"));
  }

  @Test
  default void aDiskGrowsAndShrinksOnlyWhenTold(@TempDir Path images) throws Exception {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.LIVE);
    long before = rig().host().eventRange().newest();

    resize("data", ByteSize.mebibytes(4), Shrinking.REFUSED);

    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> resize("data", ByteSize.mebibytes(2), Shrinking.REFUSED));
    assertThat(rig().errorOf(host -> resize("data", new ByteSize(1000), Shrinking.ALLOWED)))
        .isEqualTo(InvalidRequestException.class);
    resize("data", ByteSize.mebibytes(2), Shrinking.ALLOWED);
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .containsExactly(
            new EventBody.Adjusted("size", "data", "4MiB"),
            new EventBody.Adjusted("size", "data", "2MiB"));
  }

  @Test
  default void withoutAMachineNoImageIsResized(@TempDir Path images) {
    rig().webIs(DomainState.SHUTOFF);
    attach(images, "data", EditScope.CONFIG);

    assertThat(rig().errorOf(host -> resize("data", ByteSize.mebibytes(4), Shrinking.REFUSED)))
        .isEqualTo(InvalidStateException.class);
  }

  @Test
  default void aLinkGoesDownAndUp() throws Exception {
    rig().define("name: web\nmemory: 64MiB\nnics:\n- name: lan\n", new DefineCondition.Always());
    rig().start(StartMode.PAUSED);
    long before = rig().host().eventRange().newest();

    link("lan", LinkState.DOWN, EditScope.BOTH);

    assertThat(definition()).contains("\"link\":\"down\"");
    assertThat(rig().host().domain(WEB).definition().pending()).isFalse();
    link("lan", LinkState.UP, EditScope.LIVE);
    assertThat(definition()).contains("\"link\":\"down\"");
    assertThat(rig().eventsAfter(before))
        .extracting(event -> event.body())
        .contains(
            new EventBody.Adjusted("link", "lan", "down"),
            new EventBody.Adjusted("link", "lan", "up"));
  }

  @Test
  default void whatADomainHasNotCannotBeSet() {
    rig().webIs(DomainState.PAUSED);

    assertThat(rig().errorOf(host -> throttle("data", LIMITS, EditScope.BOTH)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> latencies("data", LatencyBounds.USUAL, EditScope.BOTH)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> resize("data", ByteSize.mebibytes(4), Shrinking.REFUSED)))
        .isEqualTo(NotFoundException.class);
    assertThat(rig().errorOf(host -> link("lan", LinkState.UP, EditScope.CONFIG)))
        .isEqualTo(NotFoundException.class);
    assertThat(
            rig()
                .errorOf(
                    host ->
                        host.setLink(
                            NONE, "lan", LinkState.UP, EditScope.BOTH, CallOptions.none())))
        .isEqualTo(NotFoundException.class);
  }

  @Test
  default void aDiskThatIsLeavingIsLeftAlone(@TempDir Path images) {
    rig().webIs(DomainState.PAUSED);
    attach(images, "data", EditScope.BOTH);
    rig().host().detachDisk(WEB, "data", EditScope.BOTH, JobOptions.none(), CallOptions.none());

    assertThat(rig().errorOf(host -> throttle("data", LIMITS, EditScope.BOTH)))
        .isEqualTo(BusyException.class);
    assertThat(rig().errorOf(host -> latencies("data", LatencyBounds.USUAL, EditScope.BOTH)))
        .isEqualTo(BusyException.class);
    assertThat(rig().errorOf(host -> resize("data", ByteSize.mebibytes(4), Shrinking.REFUSED)))
        .isEqualTo(BusyException.class);
  }

  private VerbResult throttle(String disk, Throttle throttle, EditScope scope) {
    return rig()
        .host()
        .setThrottle(WEB, disk, throttle, scope, CallOptions.within(HostRig.PATIENCE));
  }

  private VerbResult latencies(String disk, LatencyBounds latencies, EditScope scope) {
    return rig()
        .host()
        .setLatencyHistogram(WEB, disk, latencies, scope, CallOptions.within(HostRig.PATIENCE));
  }

  private VerbResult resize(String disk, ByteSize size, Shrinking shrinking) {
    return rig()
        .host()
        .resizeDisk(WEB, disk, size, shrinking, CallOptions.within(HostRig.PATIENCE));
  }

  private VerbResult link(String nic, LinkState link, EditScope scope) {
    return rig().host().setLink(WEB, nic, link, scope, CallOptions.within(HostRig.PATIENCE));
  }

  private void attach(Path images, String name, EditScope scope) {
    DefinitionDocument disk =
        rig().document("name: " + name + "\nfile: " + image(images, name) + "\nformat: raw\n");
    rig().host().attachDisk(WEB, disk, scope, CallOptions.within(HostRig.PATIENCE));
  }

  private String definition() {
    return rig().host().definition(WEB).json();
  }

  private static Path image(Path images, String name) {
    try {
      return Files.write(images.resolve(name + ".raw"), new byte[1 << 20]);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
