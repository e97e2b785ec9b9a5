"""Calls to where a request told us to go, under the one outbound policy (`manoflow.domain.outbound`)."""
