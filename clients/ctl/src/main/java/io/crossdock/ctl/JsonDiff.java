package io.crossdock.ctl;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What differs between two JSON objects. */
final class JsonDiff {

  private static final String NOTHING = "nothing";

  private JsonDiff() {}

  /** One line for each value. Example: {@code data.points: "120" -> "12"}. */
  static List<String> between(JsonObject before, JsonObject after) {
    Map<String, String> old = new LinkedHashMap<>();
    Map<String, String> mended = new LinkedHashMap<>();
    flatten("", before, old);
    flatten("", after, mended);
    Set<String> paths = new LinkedHashSet<>(old.keySet());
    paths.addAll(mended.keySet());
    List<String> changes = new ArrayList<>();
    for (String path : paths) {
      String was = old.getOrDefault(path, NOTHING);
      String is = mended.getOrDefault(path, NOTHING);
      if (!was.equals(is)) {
        changes.add("%s: %s -> %s".formatted(path, was, is));
      }
    }
    return changes;
  }

  private static void flatten(String path, JsonElement value, Map<String, String> into) {
    if (value.isJsonObject()) {
      value
          .getAsJsonObject()
          .entrySet()
          .forEach(each ->
              flatten(
                  path.isEmpty() ? each.getKey() : path + "." + each.getKey(),
                  each.getValue(),
                  into));
    } else if (value.isJsonArray()) {
      for (int i = 0; i < value.getAsJsonArray().size(); i++) {
        flatten(path + "[" + i + "]", value.getAsJsonArray().get(i), into);
      }
    } else {
      into.put(path, value.toString());
    }
  }
}
