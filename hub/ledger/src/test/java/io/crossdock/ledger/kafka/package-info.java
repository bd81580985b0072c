@NullMarked
package io.crossdock.ledger.kafka;

import org.jspecify.annotations.NullMarked;
