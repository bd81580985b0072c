/** What connectors of merchandise systems share: choosing among prices, styles from their items. */
@NullMarked
package io.crossdock.connector.catalogue;

import org.jspecify.annotations.NullMarked;
