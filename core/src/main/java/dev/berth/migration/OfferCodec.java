package dev.berth.migration;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.DomainName;
import dev.berth.domain.StateChannels;
import dev.berth.domain.StateChannels.Compression;
import dev.berth.error.HostFailureException;
import dev.berth.error.InvalidRequestException;
import dev.berth.job.JobId;
import dev.berth.json.Json;
import dev.berth.json.MalformedReplyException;
import dev.berth.machine.GuestCpu;
import dev.berth.machine.LaunchRecordCodec;
import dev.berth.machine.StreamKey;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;

/** Offers and what is said of them, as JSON between hosts. */
public final class OfferCodec {
  private static final LaunchRecordCodec LAUNCHES = new LaunchRecordCodec();

  /** A paused guest. Earlier versions, which would leave its images to nobody, do not know it. */
  private static final String STAYS_PAUSED = "STAYS_PAUSED";

  private OfferCodec() {}

  public static ObjectNode write(Offer offer) {
    ObjectNode node = Json.object();
    node.put("migration", offer.migration().text());
    node.put("definition", offer.definition());
    node.put("definitionState", offer.definitionState().name());
    node.put("launch", LAUNCHES.write(offer.launch()));
    write(node.putArray("images"), offer.images());
    node.set("copies", CopiedImage.write(offer.copies()));
    node.put("guest", write(offer.guest()));
    node.set("cpu", GuestCpuCodec.write(offer.cpu()));
    node.put("channels", offer.channels().count());
    node.put("compression", offer.channels().compression().name());
    node.put("boot", offer.boot());
    offer.key().ifPresent(key -> node.put("key", key.hex()));
    return node;
  }

  private static String write(SavedMachine.Guest guest) {
    return switch (guest) {
      case RUNNING -> guest.name();
      case PAUSED -> STAYS_PAUSED;
    };
  }

  private static void write(ArrayNode array, List<ImageIdentity> images) {
    for (ImageIdentity image : images) {
      array
          .addObject()
          .put("file", image.file().toString())
          .put("device", image.device())
          .put("inode", image.inode())
          .put("share", image.share());
    }
  }

  public static ObjectNode write(DomainOffer offer) {
    ObjectNode node = Json.object();
    node.put("migration", offer.migration().text());
    node.put("domain", offer.domain().toString());
    node.put("name", offer.name().text());
    node.put("definition", offer.definition());
    write(node.putArray("images"), offer.images());
    node.set("copies", CopiedImage.write(offer.copies()));
    node.put("from", offer.from());
    node.put("boot", offer.boot());
    offer.key().ifPresent(key -> node.put("key", key.hex()));
    return node;
  }

  /**
   * The offer of a domain without a machine that was written.
   *
   * @throws InvalidRequestException when it is none
   */
  public static DomainOffer domainOffer(JsonNode node) {
    try {
      return new DomainOffer(
          new JobId(Json.text(node, "migration")),
          UUID.fromString(Json.text(node, "domain")),
          new DomainName(Json.text(node, "name")),
          Json.text(node, "definition"),
          Json.array(node, "images").stream().map(OfferCodec::image).toList(),
          node.has("copies") ? CopiedImage.read(Json.array(node, "copies")) : List.of(),
          Json.text(node, "from"),
          Json.optionalText(node, "boot").orElse(""),
          Json.optionalText(node, "key").map(StreamKey::new));
    } catch (MalformedReplyException | IllegalArgumentException wrong) {
      throw new InvalidRequestException(
          "What is offered is no domain that this version knows: " + wrong.getMessage() + ".",
          wrong);
    }
  }

  /**
   * The offer that {@link #write} made that from.
   *
   * @throws InvalidRequestException when it is none
   */
  public static Offer offer(JsonNode node) {
    try {
      return new Offer(
          new JobId(Json.text(node, "migration")),
          Json.text(node, "definition"),
          Offer.DefinitionState.valueOf(Json.text(node, "definitionState")),
          LAUNCHES.read(Json.text(node, "launch")),
          Json.array(node, "images").stream().map(OfferCodec::image).toList(),
          CopiedImage.read(Json.array(node, "copies")),
          guest(Json.text(node, "guest")),
          Json.optionalObject(node, "cpu").map(GuestCpuCodec::read).orElse(GuestCpu.UNKNOWN),
          new StateChannels(
              Math.toIntExact(Json.number(node, "channels")),
              Compression.valueOf(Json.text(node, "compression"))),
          Json.optionalText(node, "boot").orElse(""),
          Json.optionalText(node, "key").map(StreamKey::new));
    } catch (MalformedReplyException | HostFailureException | IllegalArgumentException wrong) {
      throw new InvalidRequestException(
          "What is offered is no machine that this version knows: " + wrong.getMessage() + ".",
          wrong);
    }
  }

  private static SavedMachine.Guest guest(String text) {
    for (SavedMachine.Guest guest : SavedMachine.Guest.values()) {
      if (write(guest).equals(text)) {
        return guest;
      }
    }
    throw new MalformedReplyException("its guest is '" + text + "'");
  }

  private static ImageIdentity image(JsonNode node) {
    return new ImageIdentity(
        path(Json.text(node, "file")),
        Json.number(node, "device"),
        Json.number(node, "inode"),
        Json.optionalText(node, "share").orElse(""));
  }

  public static ObjectNode write(Arrival arrival) {
    ObjectNode node = Json.object();
    node.put("phase", arrival.phase().text()).put("detail", arrival.detail());
    arrival.stream().ifPresent(stream -> node.put("stream", stream.text()));
    arrival.storage().ifPresent(storage -> node.put("storage", storage.text()));
    return node;
  }

  /**
   * What a target says.
   *
   * @throws MalformedReplyException when it is nothing that this version knows
   */
  public static Arrival arrival(JsonNode node) {
    String phase = Json.text(node, "phase");
    return new Arrival(
        TargetPhase.of(phase)
            .orElseThrow(() -> new MalformedReplyException("a phase is '" + phase + "'")),
        Json.text(node, "detail"),
        Json.optionalText(node, "stream").map(OfferCodec::stream),
        Json.optionalText(node, "storage").map(OfferCodec::stream));
  }

  private static StreamAddress stream(String text) {
    try {
      return StreamAddress.of(text);
    } catch (IllegalArgumentException wrong) {
      throw new MalformedReplyException(wrong.getMessage());
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text);
    } catch (InvalidPathException wrong) {
      throw new MalformedReplyException("a path is '" + wrong.getReason() + "'");
    }
  }
}
