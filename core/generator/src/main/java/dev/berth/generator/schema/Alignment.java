package dev.berth.generator.schema;

import static dev.berth.generator.schema.LiveSchema.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.berth.generator.fact.Definition;
import dev.berth.generator.fact.History;
import dev.berth.generator.fact.Item;
import dev.berth.generator.fact.Kind;
import dev.berth.generator.fact.TypeName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Walks a live schema and the model side by side, from commands and events down, because only those
 * and their members have names on both sides. What both have is noted in the model; what only the
 * live schema has is added, with names after the place where it was found.
 */
final class Alignment {
  private final String version;
  private final String since;
  private final Map<String, Definition> model;
  private final LiveSchema live;
  private final Map<String, String> moduleOf;
  private final Map<String, String> names = new HashMap<>();
  private final Set<List<String>> walked = new HashSet<>();
  private final Set<Place> seen = new LinkedHashSet<>();
  private final List<String> problems = new ArrayList<>();
  private boolean adding;

  /**
   * An alignment of that version.
   *
   * @param since what is said of the age of what only it has
   * @param moduleOf the modules of commands and events that only it has
   */
  Alignment(
      String version,
      String since,
      Map<String, Definition> model,
      LiveSchema live,
      Map<String, String> moduleOf) {
    this.version = version;
    this.since = since;
    this.model = model;
    this.live = live;
    this.moduleOf = moduleOf;
  }

  /** Walks twice, so that what is added can refer to all types that have a name. */
  void run() {
    walk();
    adding = true;
    walked.clear();
    walk();
    List.copyOf(model.values()).forEach(this::dropInherited);
  }

  /** A new member of a base was found in all that have the base; it stays there alone. */
  private void dropInherited(Definition definition) {
    Optional<String> base = definition.base();
    if (base.isPresent()) {
      var own = new LinkedHashMap<>(definition.members());
      own.keySet().removeIf(name -> owner(base.get(), name).isPresent());
      model.put(definition.name(), definition.withMembers(own));
    }
  }

  /** The parts of the model that the live schema has. */
  Set<Place> seen() {
    return seen;
  }

  /** Where both contradict each other. */
  List<String> problems() {
    return problems;
  }

  private void walk() {
    for (Kind kind : List.of(Kind.COMMAND, Kind.EVENT)) {
      for (JsonNode entity : live.all(kind)) {
        String name = text(entity, "name");
        if (!model.containsKey(name) && adding) {
          add(kind, name);
        }
        if (model.containsKey(name)) {
          message(name, entity);
        }
      }
    }
  }

  private void add(Kind kind, String name) {
    String module = moduleOf.get(name);
    if (module == null) {
      problems.add("no module is known for " + name);
      module = "misc";
    }
    model.put(name, Definition.empty(kind, name, module, History.of(version).withSince(since)));
  }

  private void message(String name, JsonNode entity) {
    note(name, entity);
    if (entity.path("allow-oob").asBoolean()) {
      flag(name, "allow-oob");
    }
    String arguments = text(entity, "arg-type");
    Optional<String> boxed = model.get(name).boxed();
    structure(boxed.orElse(name), arguments);
    if (entity.has("ret-type")) {
      String returned = text(entity, "ret-type");
      if (model.get(name).returns().isEmpty() && !live.isEmpty(returned) && adding) {
        TypeName type = typeFor(returned, Names.pascal(name) + "Result", name);
        model.put(name, model.get(name).returning(Optional.of(type)));
      }
      model.get(name).returns().ifPresent(returns -> type(returns, returned, name));
    }
  }

  private void type(TypeName type, String id, String place) {
    JsonNode element = live.element(id);
    if (type.list() != live.isArray(id)) {
      problems.add(place + " is " + type.text() + ", but not in the live schema");
      return;
    }
    if (type.isBuiltin() || !model.containsKey(type.name())) {
      if (!live.json(element).equals(LiveSchema.json(type))) {
        problems.add(place + " is " + type.text() + ", but " + live.json(element) + " live");
      }
      return;
    }
    String elementId = text(element, "name");
    names.putIfAbsent(elementId, type.name());
    Kind kind = model.get(type.name()).kind();
    switch (text(element, "meta-type")) {
      case "object" -> {
        if (kind == Kind.STRUCT || kind == Kind.UNION) {
          structure(type.name(), elementId);
        } else if (kind == Kind.ALTERNATE) {
          problems.add(place + ": an object, and an alternate in the model");
        }
      }
      case "enum" -> enumeration(type.name(), element);
      case "alternate" -> alternate(type.name(), element);
      default -> {
        if (kind != Kind.ALTERNATE || adding) {
          problems.add(place + " is " + type.text() + ", but " + live.json(element) + " live");
        }
      }
    }
  }

  private void structure(String name, String id) {
    if (!walked.add(List.of(name, id))) {
      return;
    }
    JsonNode object = live.type(id);
    note(name, object);
    for (JsonNode member : object.path("members")) {
      member(name, member);
    }
    for (JsonNode variant : object.path("variants")) {
      variant(name, variant);
    }
  }

  private void member(String of, JsonNode member) {
    String name = text(member, "name");
    Optional<String> owner = owner(of, name);
    if (owner.isEmpty()) {
      if (!adding) {
        return;
      }
      TypeName type = typeFor(text(member, "type"), Names.pascal(of) + Names.pascal(name), of);
      History history = History.of(version).withSince(since);
      putMember(of, Item.member(name, type, member.has("default"), history));
      owner = Optional.of(of);
    }
    Definition definition = model.get(owner.get());
    String id = text(member, "type");
    Item item = flagged(definition.members().get(name), member);
    if (isNewAlternate(item, id)) {
      if (!adding) {
        return;
      }
      item = widened(item, typeFor(id, Names.pascal(of) + Names.pascal(name), of));
    }
    putMember(owner.get(), item.alsoIn(version, member.has("default")));
    seen.add(new Place(owner.get(), name, false));
    type(item.type().orElseThrow(), id, of + "." + name);
  }

  private boolean isNewAlternate(Item item, String id) {
    return item.type().orElseThrow().isBuiltin() && live.json(live.type(id)).equals("alternate");
  }

  /** The item with an alternate for its type that includes the one it had. */
  private static Item widened(Item item, TypeName alternate) {
    Item widened = item.withType(alternate);
    for (String before : item.history().in()) {
      widened = widened.withTypeIn(before, item.typeIn(before));
    }
    return widened;
  }

  /** The definition, this or one of its bases, that has that member. */
  private Optional<String> owner(String of, String member) {
    Definition definition = model.get(of);
    return definition.members().containsKey(member)
        ? Optional.of(of)
        : definition.base().or(definition::boxed).flatMap(base -> owner(base, member));
  }

  private void variant(String of, JsonNode variant) {
    String name = text(variant, "case");
    String id = text(variant, "type");
    Definition union = model.get(of);
    if (live.isEmpty(id)) {
      return;
    }
    Item branch = union.branches().get(name);
    if (branch == null) {
      if (!adding) {
        return;
      }
      TypeName type = typeFor(id, Names.pascal(of) + Names.pascal(name), of);
      branch = Item.member(name, type, false, History.of(version).withSince(since));
    }
    putBranch(of, branch.alsoIn(version, false));
    seen.add(new Place(of, name, true));
    type(branch.type().orElseThrow(), id, of + "." + name);
  }

  private void enumeration(String name, JsonNode enumeration) {
    note(name, enumeration);
    LiveSchema.values(enumeration)
        .forEach(
            value -> {
              String word = text(value, "name");
              Item item = model.get(name).members().get(word);
              if (item == null && adding) {
                item = Item.value(word, History.of(version).withSince(since));
              }
              if (item != null) {
                putMember(name, flagged(item, value).alsoIn(version, false));
                seen.add(new Place(name, word, false));
              }
            });
  }

  private void alternate(String name, JsonNode alternate) {
    if (model.get(name).kind() != Kind.ALTERNATE) {
      problems.add(name + " is an alternate in the live schema");
      return;
    }
    note(name, alternate);
    for (JsonNode member : alternate.path("members")) {
      String id = text(member, "type");
      Optional<Item> branch =
          model.get(name).branches().values().stream().filter(b -> fits(b, id)).findFirst();
      if (branch.isPresent()) {
        putBranch(name, branch.get().alsoIn(version, false));
        seen.add(new Place(name, branch.get().name(), true));
        type(branch.get().type().orElseThrow(), id, name + "." + branch.get().name());
      } else {
        problems.add(name + " has no branch for " + live.json(live.type(id)));
      }
    }
  }

  private boolean fits(Item branch, String id) {
    TypeName type = branch.type().orElseThrow();
    if (type.list() || live.isArray(id)) {
      return type.list() == live.isArray(id);
    }
    String json = live.json(live.type(id));
    Definition definition = model.get(type.name());
    if (definition == null) {
      return json.equals(LiveSchema.json(type));
    }
    return definition.kind() == Kind.ENUM ? json.equals("string") : json.equals("object");
  }

  /** The model's type for a live one: of the name it has, or a new one of that name. */
  private TypeName typeFor(String id, String name, String near) {
    JsonNode element = live.element(id);
    boolean list = live.isArray(id);
    String elementId = text(element, "name");
    if (text(element, "meta-type").equals("builtin")) {
      return new TypeName(elementId, list);
    }
    if (!names.containsKey(elementId)) {
      names.put(elementId, name);
      create(element, name, model.get(near).module());
    }
    return new TypeName(names.get(elementId), list);
  }

  private void create(JsonNode type, String name, String module) {
    History history = History.of(version).withSince(since);
    Kind kind =
        switch (text(type, "meta-type")) {
          case "enum" -> Kind.ENUM;
          case "alternate" -> Kind.ALTERNATE;
          default -> type.has("variants") ? Kind.UNION : Kind.STRUCT;
        };
    model.put(name, Definition.empty(kind, name, module, history));
    model.put(
        name,
        new Definition(
            kind,
            name,
            module,
            Optional.empty(),
            Optional.empty(),
            Optional.ofNullable(type.path("tag").textValue()),
            Optional.empty(),
            Map.of(),
            kind == Kind.ALTERNATE ? branches(type, name) : Map.of(),
            history));
  }

  /** The branches of an alternate, named after the JSON that they are. */
  private Map<String, Item> branches(JsonNode alternate, String of) {
    return Definition.byName(
        LiveSchema.stream(alternate.path("members"))
            .map(
                member -> {
                  String id = text(member, "type");
                  String json = live.isArray(id) ? "list" : live.json(live.type(id));
                  TypeName type = typeFor(id, of + Names.pascal(json), of);
                  History history = History.of(version).withSince(since);
                  return Item.member(json, type, false, history);
                }));
  }

  private void note(String name, JsonNode entity) {
    Definition definition = model.get(name);
    History history = definition.history().alsoIn(version);
    for (JsonNode feature : entity.path("features")) {
      history = history.withFlag(feature.asText(), version);
    }
    model.put(name, definition.withHistory(history));
    seen.add(Place.of(name));
  }

  private void flag(String name, String flag) {
    Definition definition = model.get(name);
    model.put(name, definition.withHistory(definition.history().withFlag(flag, version)));
  }

  private Item flagged(Item item, JsonNode entity) {
    History history = item.history();
    for (JsonNode feature : entity.path("features")) {
      history = history.withFlag(feature.asText(), version);
    }
    return item.withHistory(history);
  }

  private void putMember(String of, Item item) {
    Definition definition = model.get(of);
    var members = new LinkedHashMap<>(definition.members());
    members.put(item.name(), item);
    model.put(of, definition.withMembers(members));
  }

  private void putBranch(String of, Item item) {
    Definition definition = model.get(of);
    var branches = new LinkedHashMap<>(definition.branches());
    branches.put(item.name(), item);
    model.put(of, definition.withBranches(branches));
  }
}
