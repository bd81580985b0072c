/**
 * What connectors of stock-keeping systems share: how changes are watched where nobody tells them.
 */
@NullMarked
package io.crossdock.connector.stock;

import org.jspecify.annotations.NullMarked;
