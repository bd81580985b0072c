/** The loyalty contract in front of the loyalty SaaS: points, redemptions, entries, rewards. */
@NullMarked
package io.crossdock.connector.loyalty;

import org.jspecify.annotations.NullMarked;
