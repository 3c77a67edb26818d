package dev.berth.definition;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.berth.domain.Throttle;
import dev.berth.domain.Throttle.Rate;
import dev.berth.domain.Throttle.Rates;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** The keys of {@code throttle}. */
final class ThrottleSection {
  private static final Key<Throttle, Rate> BYTES =
      rate("bytes", RateType.Unit.BYTES, Throttle::bytes, Rates::total, "Bytes read and written.");
  private static final Key<Throttle, Rate> READ_BYTES =
      rate("read-bytes", RateType.Unit.BYTES, Throttle::bytes, Rates::read, "Bytes read.");
  private static final Key<Throttle, Rate> WRITE_BYTES =
      rate("write-bytes", RateType.Unit.BYTES, Throttle::bytes, Rates::write, "Bytes written.");
  private static final Key<Throttle, Rate> OPERATIONS =
      rate(
          "operations",
          RateType.Unit.OPERATIONS,
          Throttle::operations,
          Rates::total,
          "Requests, whatever their size.");
  private static final Key<Throttle, Rate> READ_OPERATIONS =
      rate(
          "read-operations",
          RateType.Unit.OPERATIONS,
          Throttle::operations,
          Rates::read,
          "Requests that read.");
  private static final Key<Throttle, Rate> WRITE_OPERATIONS =
      rate(
          "write-operations",
          RateType.Unit.OPERATIONS,
          Throttle::operations,
          Rates::write,
          "Requests that write.");

  private static final Key<Throttle, String> GROUP =
      Key.optional(
          "group",
          DeviceNames.TYPE,
          "the limits are the disk's own",
          Throttle::group,
          "Disks of the domain with the same group share its limits, which each of them states the"
              + " same.");

  static final Section<Throttle> SECTION =
      new Section<>(
          "limits",
          List.of(
              BYTES, READ_BYTES, WRITE_BYTES, OPERATIONS, READ_OPERATIONS, WRITE_OPERATIONS, GROUP),
          ThrottleSection::check,
          values ->
              new Throttle(
                  rates(values, BYTES, READ_BYTES, WRITE_BYTES),
                  rates(values, OPERATIONS, READ_OPERATIONS, WRITE_OPERATIONS),
                  values.find(GROUP)),
          ThrottleSection::addChecks);

  private ThrottleSection() {}

  private static Key<Throttle, Rate> rate(
      String name,
      RateType.Unit unit,
      Function<Throttle, Rates> rates,
      Function<Rates, Rate> rate,
      String meaning) {
    return Key.optional(
        name,
        new RateType(unit),
        "no limit",
        throttle -> Optional.of(rate.apply(rates.apply(throttle))).filter(Rate::isLimited),
        meaning);
  }

  private static Rates rates(
      Values<Throttle> values,
      Key<Throttle, Rate> total,
      Key<Throttle, Rate> read,
      Key<Throttle, Rate> write) {
    return new Rates(
        values.find(total).orElse(Rate.UNLIMITED),
        values.find(read).orElse(Rate.UNLIMITED),
        values.find(write).orElse(Rate.UNLIMITED));
  }

  private static void check(Values<Throttle> values, Place place) {
    checkParts(values, place, BYTES, List.of(READ_BYTES, WRITE_BYTES));
    checkParts(values, place, OPERATIONS, List.of(READ_OPERATIONS, WRITE_OPERATIONS));
    checkGroup(values, place);
  }

  private static void checkGroup(Values<Throttle> values, Place place) {
    boolean limited = SECTION.keys().stream().anyMatch(key -> key != GROUP && values.isGiven(key));
    if (values.isGiven(GROUP) && !limited) {
      place
          .key(GROUP.name())
          .report(
              values.position(GROUP), "a group shares limits: give some, or leave the group out");
    }
  }

  private static void checkParts(
      Values<Throttle> values,
      Place place,
      Key<Throttle, Rate> whole,
      List<Key<Throttle, Rate>> parts) {
    for (Key<Throttle, Rate> part : parts) {
      if (values.isGiven(whole) && values.isGiven(part)) {
        place
            .key(part.name())
            .report(
                values.position(part),
                "the total is limited by '"
                    + whole.name()
                    + "' already, and both at once is not possible: keep one of them");
      }
    }
  }

  /** Disks of one group have one limit. */
  static void checkGroups(List<Disk> disks, Place place, Position position) {
    Map<String, Disk> first = new HashMap<>();
    for (Disk disk : disks) {
      Optional<String> group = disk.throttle().group();
      if (group.isEmpty()) {
        continue;
      }
      Disk other = first.putIfAbsent(group.get(), disk);
      if (other != null && !other.throttle().equals(disk.throttle())) {
        place.report(
            position,
            String.format(
                "disks '%s' and '%s' share the throttle group '%s' and state other limits: state"
                    + " the same for both",
                other.name(), disk.name(), group.get()));
      }
    }
  }

  private static void addChecks(ObjectNode schema) {
    ArrayNode all = schema.putArray("allOf");
    not(all, BYTES, READ_BYTES);
    not(all, BYTES, WRITE_BYTES);
    not(all, OPERATIONS, READ_OPERATIONS);
    not(all, OPERATIONS, WRITE_OPERATIONS);
    schema.putObject("dependentSchemas").putObject(GROUP.name()).put("minProperties", 2);
  }

  private static void not(ArrayNode all, Key<?, ?> whole, Key<?, ?> part) {
    all.addObject().putObject("not").putArray("required").add(whole.name()).add(part.name());
  }
}
