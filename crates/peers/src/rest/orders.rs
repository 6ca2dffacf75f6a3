//! A list of orders in memory: something to read, add to, and validate.
//!
//! Never here: storage that outlives the process.

use std::sync::{Mutex, PoisonError};

use http::header::LOCATION;
use http::{HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::answer::{Answer, json, refusal};
use crate::listener::Body;

/// The largest order, in bytes of JSON.
const ORDER_BYTES: usize = 64 << 10;

/// How many orders are kept; a load test must not eat the machine's memory.
const ORDERS: usize = 10_000;

/// What a caller orders.
#[derive(Clone, Serialize, Deserialize)]
struct NewOrder {
    customer: String,
    items: Vec<Item>,
}

/// One line of an order.
#[derive(Clone, Serialize, Deserialize)]
struct Item {
    sku: String,
    quantity: u32,
}

/// An order that was placed. Ids count from 1, so an order's place in the list is its id less one.
#[derive(Clone, Serialize)]
struct Order {
    id: u64,
    status: &'static str,
    #[serde(flatten)]
    new: NewOrder,
}

/// All orders, oldest first.
pub struct Orders(Mutex<Vec<Order>>);

impl Default for Orders {
    fn default() -> Self {
        let placed = [
            ("contoso", "tea", 12),
            ("fabrikam", "coffee", 3),
            ("contoso", "cocoa", 1),
        ];
        let orders = (1_u64..).zip(placed).map(|(id, (customer, sku, quantity))| {
            let items = vec![Item {
                sku: sku.to_owned(),
                quantity,
            }];
            Order {
                id,
                status: "shipped",
                new: NewOrder {
                    customer: customer.to_owned(),
                    items,
                },
            }
        });
        Self(Mutex::new(orders.collect()))
    }
}

impl Orders {
    /// `GET /orders`
    pub fn list(&self) -> Response<Body> {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        json(StatusCode::OK, &json!({ "orders": *orders }))
    }

    /// `GET /orders/{id}`
    pub fn show(&self, id: &str) -> Answer {
        let orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let order = id
            .parse::<u64>()
            .ok()
            .and_then(|id| orders.iter().find(|order| order.id == id));
        match order {
            Some(order) => Ok(json(StatusCode::OK, &json!(order))),
            None => Err(refusal(StatusCode::NOT_FOUND, format!("there is no order {id:?}"))),
        }
    }

    /// `POST /orders`
    pub async fn create(&self, body: Incoming) -> Answer {
        let Ok(body) = Limited::new(body, ORDER_BYTES).collect().await else {
            let reason = format!("the order is longer than {ORDER_BYTES} bytes or was cut short");
            return Err(refusal(StatusCode::PAYLOAD_TOO_LARGE, reason));
        };
        let new = serde_json::from_slice::<NewOrder>(&body.to_bytes())
            .map_err(|error| refusal(StatusCode::BAD_REQUEST, format!("the body is not an order: {error}")))?;
        let mut orders = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if orders.len() >= ORDERS {
            return Err(refusal(
                StatusCode::INSUFFICIENT_STORAGE,
                "no more orders are kept; restart this peer",
            ));
        }
        let order = Order {
            id: orders.len() as u64 + 1,
            status: "placed",
            new,
        };
        let mut response = json(StatusCode::CREATED, &json!(order));
        if let Ok(location) = HeaderValue::try_from(format!("/orders/{}", order.id)) {
            response.headers_mut().insert(LOCATION, location);
        }
        orders.push(order);
        Ok(response)
    }
}
