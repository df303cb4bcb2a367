package io.walbeam.local.standin.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.walbeam.local.standin.Counts;
import io.walbeam.local.standin.Fault;
import io.walbeam.local.standin.Faults;
import io.walbeam.local.standin.Json;
import io.walbeam.local.standin.RestFailure;
import io.walbeam.local.standin.store.Datasets;
import java.util.List;

/** The stand-in's own REST methods, under {@code /_standin}: faults, counts, apply. */
public final class ControlApi {
  static final String PREFIX = "_standin";

  private final Faults faults;
  private final Counts counts;
  private final Datasets catalogue;

  public ControlApi(Faults faults, Counts counts, Datasets catalogue) {
    this.faults = faults;
    this.counts = counts;
    this.catalogue = catalogue;
  }

  PermissionsApi permissions() {
    return new PermissionsApi(catalogue, faults);
  }

  Faults faults() {
    return faults;
  }

  JsonNode handle(String method, List<String> path, String body) {
    String request = method + " " + String.join("/", path);
    switch (request) {
      case "POST faults" -> faults.add(Fault.parse(Json.parseObject(body)));
      case "DELETE faults" -> faults.clear();
      case "POST apply" -> catalogue.applyAll();
      case "DELETE counts" -> counts.clear();
      case "GET counts" -> {
        return counts.toJson();
      }
      case "GET faults" -> {
        // answered below
      }
      default -> throw new RestFailure(404, "notFound", "No such method: " + request);
    }
    ObjectNode answer = Json.object();
    ArrayNode list = answer.putArray("faults");
    faults.list().forEach(fault -> list.add(fault.toJson()));
    return answer;
  }
}
