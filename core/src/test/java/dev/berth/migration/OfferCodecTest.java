package dev.berth.migration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.ByteSize;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.error.InvalidRequestException;
import dev.berth.image.ImageFormat;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecord;
import dev.berth.machine.MachineFiles;
import dev.berth.machine.StreamKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

final class OfferCodecTest {
  private static final Offer OFFER =
      new Offer(
          new JobId("7b1e0c94a2d9"),
          "{}",
          Offer.DefinitionState.CHANGED,
          new LaunchRecord(
              new LaunchRecord.Subject(UUID.randomUUID(), new DomainName("web"), 1, "old"),
              new LaunchRecord.Qemu(Path.of("/usr/bin/qemu"), "7.2.22"),
              new LaunchRecord.Hardware("pc-q35-7.2", "max", 1, new ByteSize(1), "tcg", ""),
              List.of("/usr/bin/qemu"),
              List.of(),
              List.of(),
              new MachineFiles(Path.of("/run/old"), Path.of("/log"), new ByteSize(1))),
          List.of(new ImageIdentity(Path.of("/a.raw"), 64769, 131, "nas:/images")),
          List.of(
              new CopiedImage(
                  "data", "data-format", Path.of("/b.qcow2"), ImageFormat.QCOW2, 1 << 20, 1 << 16)),
          SavedMachine.Guest.PAUSED,
          new GuestCpu("GenuineIntel", Map.of("avx", true, "hle", false)),
          new StateChannels(4, StateChannels.Compression.ZSTD),
          "5f1a2c3d",
          Optional.of(StreamKey.random()));

  @Test
  void anOfferIsReadBackAsItWasWritten() {
    assertThat(OfferCodec.offer(OfferCodec.write(OFFER))).isEqualTo(OFFER);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "migration",
        "definition",
        "definitionState",
        "launch",
        "images",
        "guest",
        "channels",
        "compression",
        "copies"
      })
  void anOfferThatLacksSomethingIsRefused(String member) {
    ObjectNode node = OfferCodec.write(OFFER);
    node.remove(member);

    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> OfferCodec.offer(node));
  }

  /** An older version would leave the images of a paused guest to nobody. */
  @Test
  void aPausedGuestIsOfferedByAWordThatNoOlderVersionKnows() {
    ObjectNode node = OfferCodec.write(OFFER);

    assertThat(node.path("guest").asText()).as("unknown to older hosts").isEqualTo("STAYS_PAUSED");
    node.put("guest", "PAUSED");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> OfferCodec.offer(node))
        .withMessageContaining("its guest is 'PAUSED'");
  }

  /** So an older version offers its machines. */
  @Test
  void anOfferThatDoesNotTellOfTheCpuIsOneWithACpuThatIsNotKnown() {
    ObjectNode node = OfferCodec.write(OFFER);
    node.remove("cpu");

    assertThat(OfferCodec.offer(node).cpu().isKnown()).isFalse();
  }

  private static DomainOffer domainOffer(CopiedImage.Content content) {
    return new DomainOffer(
        new JobId("7b1e0c94a2d9"),
        UUID.randomUUID(),
        new DomainName("web"),
        "{}",
        List.of(new ImageIdentity(Path.of("/a.raw"), 64769, 131, "")),
        List.of(
            new CopiedImage(
                "data", "data-format", Path.of("/b"), ImageFormat.QCOW2, 999, 512, content)),
        "/var/lib/berth",
        "5f1a2c3d",
        Optional.of(StreamKey.random()));
  }

  @ParameterizedTest
  @EnumSource(CopiedImage.Content.class)
  void aDomainIsReadBackAsItWasWritten(CopiedImage.Content content) {
    DomainOffer offer = domainOffer(content);

    assertThat(OfferCodec.domainOffer(OfferCodec.write(offer))).isEqualTo(offer);
  }

  @Test
  void aDomainOfAnEarlierVersionTakesNothingAlong() {
    ObjectNode node = OfferCodec.write(domainOffer(CopiedImage.Content.FILE));
    node.remove("copies");
    node.remove("key");

    assertThat(OfferCodec.domainOffer(node).copies()).isEmpty();
    assertThat(OfferCodec.domainOffer(node).key()).isEmpty();
  }

  @Test
  void aDomainOfWhichItIsNotKnownWhatIsCopiedIsRefused() {
    ObjectNode node = OfferCodec.write(domainOffer(CopiedImage.Content.FILE));
    ((ObjectNode) node.path("copies").path(0)).put("content", "SOUL");

    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> OfferCodec.domainOffer(node))
        .withMessageContaining("SOUL");
  }

  @Test
  void theKeyOfAStreamIsNotToldByAnyMessage() {
    String key = OFFER.key().orElseThrow().hex();

    assertThat(key).hasSize(64);
    assertThat(OFFER.toString()).doesNotContain(key);
    ObjectNode node = OfferCodec.write(OFFER).put("key", key + "0");
    assertThatExceptionOfType(InvalidRequestException.class)
        .isThrownBy(() -> OfferCodec.offer(node))
        .withMessageNotContaining(key);
    DomainOffer domain = domainOffer(CopiedImage.Content.DISK);
    assertThat(domain.toString()).doesNotContain(domain.key().orElseThrow().hex());
  }

  @Test
  void whatATargetSaysIsReadBackAsItWasWritten() {
    for (TargetPhase phase : TargetPhase.values()) {
      for (String stream : List.of("/run/state", "192.0.2.1:49152", "[2001:db8::1]:49152")) {
        Optional<StreamAddress> address = Optional.of(StreamAddress.of(stream));
        Arrival arrival = new Arrival(phase, "so", address, address);
        assertThat(OfferCodec.arrival(OfferCodec.write(arrival))).isEqualTo(arrival);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "run/state",
        "/run/\0",
        "host",
        ":1",
        "host:0",
        "host:65536",
        "a,b:1",
        "a b:1"
      })
  void aStreamThatGoesNowhereIsNoAnswer(String stream) {
    ObjectNode node =
        Json.object().put("phase", "incoming").put("detail", "").put("stream", stream);

    assertThatExceptionOfType(MalformedReplyException.class)
        .isThrownBy(() -> OfferCodec.arrival(node));
  }

  @Test
  void whatATargetOfALaterVersionMaySayIsNoAnswer() {
    ObjectNode node = Json.object().put("phase", "pondering").put("detail", "");

    assertThatExceptionOfType(MalformedReplyException.class)
        .isThrownBy(() -> OfferCodec.arrival(node));
  }

  @Test
  void whatATargetSaysIsBoundedAndPrintable() {
    Arrival said =
        OfferCodec.arrival(
            Json.object().put("phase", "failed").put("detail", "a\u001b[2Jb" + "c".repeat(9000)));

    assertThat(said.detail()).startsWith("a?[2Jbcc").hasSize(2000).endsWith("...");
  }
}
