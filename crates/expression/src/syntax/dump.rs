//! The tree as one line of text, for tables of expectations.

use super::ast::*;

pub(super) fn tree(tree: &Tree) -> String {
    match tree {
        Tree::Single(value) => expression(value),
        Tree::Block(body) => block(body),
    }
}

fn list<T>(items: &[T], one: impl Fn(&T) -> String) -> String {
    items.iter().flat_map(|item| [" ".to_owned(), one(item)]).collect()
}

fn option<T>(item: Option<&T>, one: impl Fn(&T) -> String) -> String {
    item.map_or(String::new(), |item| format!(" {}", one(item)))
}

fn literal(literal: &Literal) -> String {
    match literal {
        Literal::Null => "null".to_owned(),
        Literal::Boolean(value) => value.to_string(),
        Literal::Char(unit) => format!("{:?}", char::from_u32(u32::from(*unit)).unwrap_or('\u{fffd}')),
        Literal::String(text) => format!("{text:?}"),
        Literal::Integer { value, unsigned, long } => {
            format!(
                "{value}{}{}",
                if *unsigned { "u" } else { "" },
                if *long { "l" } else { "" }
            )
        }
        Literal::Single(value) => format!("{value:?}f"),
        Literal::Double(value) => format!("{value:?}d"),
        Literal::Decimal(digits) => format!("{digits}m"),
    }
}

fn expression(expression_: &Expression) -> String {
    use ExpressionKind as K;
    match &expression_.kind {
        K::Literal(value) => literal(value),
        K::Interpolated(pieces) => format!("($\"{})", list(pieces, interpolation)),
        K::Name(name) => simple_name(name),
        K::PredefinedType(predefined) => predefined_type(*predefined),
        K::Parenthesized(inner) => format!("(() {})", expression(inner)),
        K::Tuple(elements) => format!("(tuple{})", list(elements, argument)),
        K::Member { receiver, name } => format!("{}.{}", expression(receiver), simple_name(name)),
        K::Invocation { function, arguments } => {
            format!("(call {}{})", expression(function), list(arguments, argument))
        }
        K::Element { receiver, arguments } => format!("(at {}{})", expression(receiver), list(arguments, argument)),
        K::ConditionalAccess { receiver, access } => format!("(? {} {})", expression(receiver), expression(access)),
        K::ConditionalReceiver => "?".to_owned(),
        K::Postfix { operator, operand } => format!("({} post{})", expression(operand), increment(*operator)),
        K::New {
            type_name,
            arguments,
            initializer: init,
        } => {
            let arguments = arguments.as_ref().map_or(String::new(), |arguments| {
                format!(" ({})", list(arguments, argument).trim_start())
            });
            format!(
                "(new {}{arguments}{})",
                type_(type_name),
                option(init.as_ref(), initializer)
            )
        }
        K::NewAnonymous(members) => format!(
            "(new{})",
            list(members, |member| {
                format!(
                    "{}{}",
                    member
                        .name
                        .as_ref()
                        .map_or(String::new(), |name| format!("{}=", name.text)),
                    expression(&member.value)
                )
            })
        ),
        K::NewArray {
            element,
            lengths,
            rank,
            further_ranks,
            initializer,
        } => format!(
            "(new[] {}{} {rank}{further_ranks:?}{})",
            element.as_ref().map_or("?".to_owned(), type_),
            list(lengths, expression),
            option(initializer.as_ref(), array_initializer)
        ),
        K::TypeOf(type_name) => format!("(typeof {})", type_(type_name)),
        K::Default(type_name) => format!("(default{})", option(type_name.as_ref(), type_)),
        K::NameOf(inner) => format!("(nameof {})", expression(inner)),
        K::Checked {
            overflow_throws,
            operand,
        } => {
            format!(
                "({} {})",
                if *overflow_throws { "checked" } else { "unchecked" },
                expression(operand)
            )
        }
        K::Lambda { parameters, body } => {
            let parameters = parameters.as_ref().map_or("-".to_owned(), |parameters| {
                format!("({})", list(parameters, parameter).trim_start())
            });
            format!("(=> {parameters} {})", lambda_body(body))
        }
        K::Unary { operator, operand } => {
            let operator = match operator {
                UnaryOperator::Plus => "+",
                UnaryOperator::Minus => "-",
                UnaryOperator::Not => "!",
                UnaryOperator::Complement => "~",
            };
            format!("({operator} {})", expression(operand))
        }
        K::Prefix { operator, operand } => format!("({} {})", increment(*operator), expression(operand)),
        K::Cast { type_name, operand } => format!("(cast {} {})", type_(type_name), expression(operand)),
        K::Await(operand) => format!("(await {})", expression(operand)),
        K::Binary {
            operator, left, right, ..
        } => format!("({} {} {})", binary(*operator), expression(left), expression(right)),
        K::Logical { and, left, right } => format!(
            "({} {} {})",
            if *and { "&&" } else { "||" },
            expression(left),
            expression(right)
        ),
        K::Coalesce { left, right } => format!("(?? {} {})", expression(left), expression(right)),
        K::Is {
            operand,
            pattern: tested,
        } => format!("(is {} {})", expression(operand), pattern(tested)),
        K::As { operand, type_name } => format!("(as {} {})", expression(operand), type_(type_name)),
        K::Conditional {
            condition,
            when_true,
            when_false,
        } => {
            format!(
                "(?: {} {} {})",
                expression(condition),
                expression(when_true),
                expression(when_false)
            )
        }
        K::Assignment {
            operator,
            target,
            value,
        } => {
            format!(
                "({}= {} {})",
                operator.map_or("", binary),
                expression(target),
                expression(value)
            )
        }
        K::Declaration {
            type_name,
            designation: declared,
        } => format!("[{} {}]", type_(type_name), designation(declared)),
        K::Throw(value) => format!("(throw {})", expression(value)),
        K::Query(body) => format!("(query{})", query(body)),
        K::Missing => "MISSING".to_owned(),
    }
}

fn increment(operator: Increment) -> &'static str {
    match operator {
        Increment::Increment => "++",
        Increment::Decrement => "--",
    }
}

fn binary(operator: BinaryOperator) -> &'static str {
    match operator {
        BinaryOperator::Multiply => "*",
        BinaryOperator::Divide => "/",
        BinaryOperator::Remainder => "%",
        BinaryOperator::Add => "+",
        BinaryOperator::Subtract => "-",
        BinaryOperator::ShiftLeft => "<<",
        BinaryOperator::ShiftRight => ">>",
        BinaryOperator::Less => "<",
        BinaryOperator::Greater => ">",
        BinaryOperator::LessOrEqual => "<=",
        BinaryOperator::GreaterOrEqual => ">=",
        BinaryOperator::Equal => "==",
        BinaryOperator::NotEqual => "!=",
        BinaryOperator::And => "&",
        BinaryOperator::Xor => "^",
        BinaryOperator::Or => "|",
    }
}

fn interpolation(piece: &Interpolation) -> String {
    match piece {
        Interpolation::Text(text) => format!("{text:?}"),
        Interpolation::Hole {
            value,
            alignment,
            format,
        } => format!(
            "{{{}{}{}}}",
            expression(value),
            alignment
                .as_ref()
                .map_or(String::new(), |alignment| format!(",{}", expression(alignment))),
            format.as_ref().map_or(String::new(), |format| format!(":{format}"))
        ),
    }
}

fn simple_name(name: &SimpleName) -> String {
    let arguments = name.type_arguments.as_ref().map_or(String::new(), |arguments| {
        format!("<{}>", arguments.iter().map(type_).collect::<Vec<_>>().join(","))
    });
    format!("{}{arguments}", name.identifier.text)
}

fn predefined_type(predefined: PredefinedType) -> String {
    format!("{predefined:?}").to_lowercase()
}

fn passing(passing: Passing) -> &'static str {
    match passing {
        Passing::Value => "",
        Passing::Ref => "ref ",
        Passing::Out => "out ",
        Passing::In => "in ",
        Passing::Params => "params ",
    }
}

fn argument(argument: &Argument) -> String {
    let name = argument
        .name
        .as_ref()
        .map_or(String::new(), |name| format!("{}:", name.text));
    format!("{name}{}{}", passing(argument.passing), expression(&argument.value))
}

fn parameter(parameter: &Parameter) -> String {
    let type_name = parameter
        .type_name
        .as_ref()
        .map_or(String::new(), |type_name| format!("{} ", type_(type_name)));
    let default = parameter
        .default
        .as_ref()
        .map_or(String::new(), |default| format!("={}", expression(default)));
    format!(
        "{}{type_name}{}{default}",
        passing(parameter.passing),
        parameter.name.text
    )
}

fn lambda_body(body: &LambdaBody) -> String {
    match body {
        LambdaBody::Expression(value) => expression(value),
        LambdaBody::Block(body) => block(body),
    }
}

fn initializer(initializer_: &Initializer) -> String {
    match initializer_ {
        Initializer::Object(members) => format!(
            "{{{}}}",
            list(members, |member| {
                let target = match &member.target {
                    InitializerTarget::Member(name) => name.text.clone(),
                    InitializerTarget::Index(arguments) => format!("[{}]", list(arguments, argument).trim_start()),
                };
                match &member.value {
                    InitializerValue::Expression(value) => format!("{target}={}", expression(value)),
                    InitializerValue::Nested(inner) => format!("{target}={}", initializer(inner)),
                }
            })
            .trim_start()
        ),
        Initializer::Collection(elements) => {
            format!(
                "{{{}}}",
                list(elements, |values| format!(
                    "+({})",
                    list(values, expression).trim_start()
                ))
                .trim_start()
            )
        }
    }
}

fn array_initializer(initializer: &ArrayInitializer) -> String {
    let elements = list(&initializer.elements, |element| match element {
        ArrayElement::Expression(value) => expression(value),
        ArrayElement::Nested(inner) => array_initializer(inner),
    });
    format!("{{{}}}", elements.trim_start())
}

fn type_(type_name: &TypeName) -> String {
    match &type_name.kind {
        TypeNameKind::Predefined(predefined) => predefined_type(*predefined),
        TypeNameKind::Named(names) => names.iter().map(simple_name).collect::<Vec<_>>().join("."),
        TypeNameKind::Nullable(inner) => format!("{}?", type_(inner)),
        TypeNameKind::Array { element, rank } => format!("array{rank}({})", type_(element)),
        TypeNameKind::Tuple(elements) => format!(
            "({})",
            list(elements, |(type_name, name)| {
                format!(
                    "{}{}",
                    type_(type_name),
                    option(name.as_ref(), |name| name.text.clone())
                )
            })
            .trim_start()
        ),
        TypeNameKind::Missing => "MISSING".to_owned(),
    }
}

fn designation(designation_: &Designation) -> String {
    match designation_ {
        Designation::Variable(name) => name.text.clone(),
        Designation::Discard(_) => "_".to_owned(),
        Designation::Tuple(parts) => format!("({})", list(parts, designation).trim_start()),
    }
}

fn pattern(pattern: &Pattern) -> String {
    match pattern {
        Pattern::Constant(value) => expression(value),
        Pattern::Type(type_name) => format!("T:{}", type_(type_name)),
        Pattern::Declaration {
            type_name,
            designation: declared,
        } => format!("[{} {}]", type_(type_name), designation(declared)),
        Pattern::Var(declared) => format!("[var {}]", designation(declared)),
    }
}

fn block(block: &Block) -> String {
    format!("{{{}}}", list(&block.statements, statement).trim_start())
}

fn variables(declaration: &VariableDeclaration) -> String {
    let variables = list(&declaration.variables, |variable| {
        format!(
            "{}{}",
            variable.name.text,
            variable
                .value
                .as_ref()
                .map_or(String::new(), |value| format!("={}", expression(value)))
        )
    });
    format!(
        "({}{}{variables})",
        if declaration.constant { "const " } else { "" },
        type_(&declaration.type_name)
    )
}

fn statement(statement_: &Statement) -> String {
    use StatementKind as K;
    match &statement_.kind {
        K::Block(body) => block(body),
        K::Declaration(declaration) => variables(declaration),
        K::LocalFunction(function) => format!(
            "(fn {} {}<{}>({}) {})",
            type_(&function.return_type),
            function.name.text,
            list(&function.type_parameters, |name| name.text.clone()).trim_start(),
            list(&function.parameters, parameter).trim_start(),
            lambda_body(&function.body)
        ),
        K::Expression(value) => format!("{};", expression(value)),
        K::Empty => ";".to_owned(),
        K::If {
            condition,
            then,
            otherwise,
        } => {
            format!(
                "(if {} {}{})",
                expression(condition),
                statement(then),
                option(otherwise.as_deref(), statement)
            )
        }
        K::Switch { value, sections } => format!("(switch {}{})", expression(value), list(sections, section)),
        K::While { condition, body } => format!("(while {} {})", expression(condition), statement(body)),
        K::Do { body, condition } => format!("(do {} {})", statement(body), expression(condition)),
        K::For {
            initializer,
            condition,
            iterators,
            body,
        } => {
            let initializer = match initializer {
                ForInitializer::Declaration(declaration) => variables(declaration),
                ForInitializer::Expressions(values) => list(values, expression),
            };
            format!(
                "(for {initializer};{};{} {})",
                option(condition.as_ref(), expression),
                list(iterators, expression),
                statement(body)
            )
        }
        K::Foreach {
            type_name,
            designation: declared,
            collection,
            body,
        } => {
            format!(
                "(foreach {} {} {} {})",
                type_(type_name),
                designation(declared),
                expression(collection),
                statement(body)
            )
        }
        K::ForeachDeconstruct {
            target,
            collection,
            body,
        } => {
            format!(
                "(foreach {} {} {})",
                expression(target),
                expression(collection),
                statement(body)
            )
        }
        K::Break => "break".to_owned(),
        K::Continue => "continue".to_owned(),
        K::Goto(label) => format!("(goto {})", label.text),
        K::GotoCase(value) => format!("(goto case {})", expression(value)),
        K::GotoDefault => "(goto default)".to_owned(),
        K::Return(value) => format!("(return{})", option(value.as_ref(), expression)),
        K::Throw(value) => format!("(throw{})", option(value.as_ref(), expression)),
        K::Try { body, catches, finally } => format!(
            "(try {}{}{})",
            block(body),
            list(catches, |catch| format!(
                "(catch{}{}{} {})",
                option(catch.type_name.as_ref(), type_),
                option(catch.variable.as_ref(), |name| name.text.clone()),
                option(catch.filter.as_ref(), |filter| format!("when {}", expression(filter))),
                block(&catch.body)
            )),
            option(finally.as_ref(), block)
        ),
        K::Checked { overflow_throws, body } => format!(
            "({} {})",
            if *overflow_throws { "checked" } else { "unchecked" },
            block(body)
        ),
        K::Lock { value, body } => format!("(lock {} {})", expression(value), statement(body)),
        K::Using { resource, body } => {
            let resource = match resource {
                UsingResource::Declaration(declaration) => variables(declaration),
                UsingResource::Expression(value) => expression(value),
            };
            format!("(using {resource} {})", statement(body))
        }
        K::Yield(value) => format!("(yield{})", option(value.as_ref(), expression)),
        K::Labeled {
            label,
            statement: inner,
        } => format!("({}: {})", label.text, statement(inner)),
        K::Missing => "MISSING".to_owned(),
    }
}

fn section(section: &SwitchSection) -> String {
    let labels = list(&section.labels, |label| match label {
        SwitchLabel::Case {
            pattern: tested, when, ..
        } => {
            format!(
                "case {}{}",
                pattern(tested),
                option(when.as_ref(), |when| format!("when {}", expression(when)))
            )
        }
        SwitchLabel::Default(_) => "default".to_owned(),
    });
    format!("({}:{})", labels.trim_start(), list(&section.statements, statement))
}

fn query(query_: &Query) -> String {
    let clauses = list(&query_.clauses, |clause| match clause {
        QueryClause::From {
            type_name,
            name,
            source,
        } => {
            format!(
                "(from{} {} {})",
                option(type_name.as_ref(), type_),
                name.text,
                expression(source)
            )
        }
        QueryClause::Let { name, value } => format!("(let {} {})", name.text, expression(value)),
        QueryClause::Where(condition) => format!("(where {})", expression(condition)),
        QueryClause::Join {
            type_name,
            name,
            source,
            left,
            right,
            into,
        } => format!(
            "(join{} {} {} {} {}{})",
            option(type_name.as_ref(), type_),
            name.text,
            expression(source),
            expression(left),
            expression(right),
            option(into.as_ref(), |name| name.text.clone())
        ),
        QueryClause::OrderBy(keys) => format!(
            "(orderby{})",
            list(keys, |(key, direction)| {
                format!(
                    "{}{}",
                    expression(key),
                    if *direction == Direction::Descending {
                        " desc"
                    } else {
                        ""
                    }
                )
            })
        ),
    });
    let end = match &query_.end {
        QueryEnd::Select(value) => format!("(select {})", expression(value)),
        QueryEnd::Group { element, key } => format!("(group {} {})", expression(element), expression(key)),
    };
    let continuation = query_.continuation.as_ref().map_or(String::new(), |(name, rest)| {
        format!(" (into {}{})", name.text, query(rest))
    });
    format!("{clauses} {end}{continuation}")
}
