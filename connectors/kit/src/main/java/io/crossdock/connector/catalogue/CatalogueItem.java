package io.crossdock.connector.catalogue;

import com.google.protobuf.Timestamp;
import io.crossdock.product.v1.SellableUnit;
import io.crossdock.product.v1.VariantAttribute;
import java.util.List;

/**
 * An item of a source that lists items and not styles.
 *
 * @param position its position in the source's list; no two items have the same
 * @param style the source's number of its style
 * @param category path from the root down; empty when it has none
 * @param attributes what sets it apart from the others of its style
 * @param rawStatus the source's word for its status
 * @param updatedAt when it last changed; the default when the source does not say
 */
public record CatalogueItem(
    long position,
    String style,
    String name,
    String brand,
    String category,
    List<VariantAttribute> attributes,
    SellableUnit unit,
    String rawStatus,
    Timestamp updatedAt) {

  public CatalogueItem {
    attributes = List.copyOf(attributes);
  }
}
