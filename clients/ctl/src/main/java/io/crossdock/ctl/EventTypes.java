package io.crossdock.ctl;

import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.TypeRegistry;
import io.crossdock.event.v1.CatalogueEventsProto;
import io.crossdock.event.v1.CustomerEventsProto;
import io.crossdock.event.v1.FinanceEventsProto;
import io.crossdock.event.v1.LoyaltyEventsProto;
import io.crossdock.event.v1.OrderEventsProto;
import io.crossdock.event.v1.ReturnEventsProto;
import io.crossdock.event.v1.StockEventsProto;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * The events of this build's contracts. Converts a short name, {@code PointsAccrued}, to the full
 * one; a full name stays as it is, because a hub may know more events than this build.
 */
final class EventTypes implements ITypeConverter<String> {

  /** Also knows the messages inside of events. */
  static final TypeRegistry REGISTRY;

  private static final String PACKAGE = "crossdock.event.v1.";

  static {
    TypeRegistry.Builder builder = TypeRegistry.newBuilder();
    for (FileDescriptor file :
        List.of(
            CatalogueEventsProto.getDescriptor(),
            CustomerEventsProto.getDescriptor(),
            FinanceEventsProto.getDescriptor(),
            LoyaltyEventsProto.getDescriptor(),
            OrderEventsProto.getDescriptor(),
            ReturnEventsProto.getDescriptor(),
            StockEventsProto.getDescriptor())) {
      builder.add(file.getMessageTypes());
    }
    REGISTRY = builder.build();
  }

  EventTypes() {}

  @Override
  public String convert(String text) {
    if (text.contains(".")) {
      return text;
    }
    if (find(PACKAGE + text) == null) {
      throw new TypeConversionException(
          text + " (expected: an event type, for example PointsAccrued, or a full name)");
    }
    return PACKAGE + text;
  }

  /** The event's message; null when this build does not know it. */
  static @Nullable Descriptor find(String fullName) {
    return REGISTRY.find(fullName);
  }

  /** The name without its package. */
  static String brief(String fullName) {
    return fullName.substring(fullName.lastIndexOf('.') + 1);
  }
}
